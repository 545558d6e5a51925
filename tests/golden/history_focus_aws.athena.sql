-- What a bill adds up to, by shape: run it in athena, save its rows as CSV or Parquet, and read
-- them with `history -from FILE -by month,account,kind,tag:team`. Nothing was run, and nothing was asked of athena.
-- Compiled for the columns of a sample. Moments are in UTC: Athena has no other.

SELECT
  CAST("t4"."month" AS VARCHAR) AS "month",
  "t4"."account",
  "t4"."tag_team",
  "t4"."currency",
  "t4"."provider",
  "t4"."region",
  "t4"."service",
  "t4"."usage",
  "t4"."description",
  "t4"."operation",
  "t4"."machine",
  "t4"."unit",
  "t4"."category",
  "t4"."mark",
  "t4"."sign",
  "t4"."amount",
  "t4"."monthly_amount",
  "t4"."cost",
  "t4"."amount_squares",
  "t4"."monthly_amount_squares",
  "t4"."lines",
  CAST("t4"."begins" AS VARCHAR) AS "begins",
  CAST("t4"."ends" AS VARCHAR) AS "ends"
FROM (
  SELECT
    "t3"."month",
    "t3"."account",
    "t3"."tag_team",
    "t3"."currency",
    "t3"."provider",
    "t3"."region",
    "t3"."service",
    "t3"."usage",
    "t3"."description",
    "t3"."operation",
    "t3"."machine",
    "t3"."unit",
    "t3"."category",
    "t3"."mark",
    "t3"."sign",
    SUM("t3"."amount") AS "amount",
    SUM("t3"."monthly_amount") AS "monthly_amount",
    SUM("t3"."cost") AS "cost",
    SUM("t3"."amount" * "t3"."amount") AS "amount_squares",
    SUM("t3"."monthly_amount" * "t3"."monthly_amount") AS "monthly_amount_squares",
    SUM("t3"."lines") AS "lines",
    MIN("t3"."begins") AS "begins",
    MAX("t3"."ends") AS "ends"
  FROM (
    SELECT
      "t2"."month",
      "t2"."account",
      "t2"."tag_team",
      "t2"."currency",
      "t2"."provider",
      "t2"."region",
      "t2"."service",
      "t2"."usage",
      "t2"."description",
      "t2"."operation",
      "t2"."machine",
      "t2"."unit",
      "t2"."category",
      "t2"."mark",
      "t2"."sign",
      "t2"."thing",
      SUM("t2"."amount") AS "amount",
      SUM("t2"."monthly_amount") AS "monthly_amount",
      SUM("t2"."cost") AS "cost",
      COUNT(*) AS "lines",
      MIN("t2"."begins") AS "begins",
      MAX("t2"."ends") AS "ends"
    FROM (
      SELECT
        DATE_TRUNC('MONTH', "t1"."start") AS "month",
        "t1"."account",
        "t1"."tag_0" AS "tag_team",
        "t1"."currency",
        "t1"."provider",
        "t1"."region",
        "t1"."service",
        "t1"."usage",
        "t1"."description",
        "t1"."operation",
        "t1"."machine",
        "t1"."unit",
        "t1"."category",
        "t1"."mark",
        "t1"."sign",
        "t1"."amount",
        "t1"."cost",
        "t1"."amount" * (
          CASE
            WHEN EXTRACT(month FROM "t1"."start") = 2
            THEN IF((
              EXTRACT(year FROM "t1"."start") % 4
            ) = 0, 29, 28)
            WHEN EXTRACT(month FROM "t1"."start") IN (4, 6, 9, 11)
            THEN 30
            ELSE 31
          END * 24
        ) AS "monthly_amount",
        "t1"."resource" AS "thing",
        "t1"."start" AS "begins",
        COALESCE("t1"."end", "t1"."start") AS "ends"
      FROM (
        SELECT
          COALESCE(
            TRY_CAST(REPLACE(REPLACE(REPLACE("t0"."ChargePeriodStart", ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
          ) AS "start",
          COALESCE(
            TRY_CAST(REPLACE(REPLACE(REPLACE("t0"."ChargePeriodEnd", ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
          ) AS "end",
          CASE
            WHEN REGEXP_LIKE(
              LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
              '^(aws|amazon)'
            )
            THEN 'aws'
            WHEN REGEXP_LIKE(
              LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
              '^(gcp|google)'
            )
            THEN 'gcp'
            ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
          END AS "provider",
          COALESCE(NULLIF("t0"."SubAccountId", ''), NULLIF("t0"."BillingAccountId", ''), '') AS "account",
          IF(
            COALESCE(
              STARTS_WITH(
                LOWER(COALESCE(NULLIF("t0"."AvailabilityZone", ''), '')),
                CONCAT(LOWER(COALESCE(NULLIF("t0"."RegionId", ''), '')), '-')
              )
              AND (
                LOWER(COALESCE(NULLIF("t0"."RegionId", ''), '')) <> ''
              )
              AND REGEXP_LIKE(LOWER(COALESCE(NULLIF("t0"."AvailabilityZone", ''), '')), '\d-[a-z]{3}-\d'),
              FALSE
            ),
            LOWER(COALESCE(NULLIF("t0"."AvailabilityZone", ''), '')),
            LOWER(COALESCE(NULLIF("t0"."RegionId", ''), ''))
          ) AS "region",
          COALESCE(NULLIF("t0"."x_ServiceCode", ''), NULLIF("t0"."ServiceName", ''), '') AS "service",
          IF(
            IF(
              LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')) IN ('usage', 'credit', 'tax', 'purchase', 'adjustment'),
              LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')),
              'other'
            ) = 'usage',
            COALESCE(NULLIF("t0"."x_UsageType", ''), ''),
            ''
          ) AS "usage",
          IF(
            CASE
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(aws|amazon)'
              )
              THEN 'aws'
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(gcp|google)'
              )
              THEN 'gcp'
              ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
            END IN ('aws', 'gcp')
            AND (
              IF(
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')) IN ('usage', 'credit', 'tax', 'purchase', 'adjustment'),
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')),
                'other'
              ) = 'usage'
            ),
            COALESCE(NULLIF("t0"."ChargeDescription", ''), ''),
            ''
          ) AS "description",
          IF(
            CASE
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(aws|amazon)'
              )
              THEN 'aws'
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(gcp|google)'
              )
              THEN 'gcp'
              ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
            END IN ('aws', 'gcp')
            AND (
              IF(
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')) IN ('usage', 'credit', 'tax', 'purchase', 'adjustment'),
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')),
                'other'
              ) = 'usage'
            ),
            COALESCE(NULLIF("t0"."x_Operation", ''), ''),
            ''
          ) AS "operation",
          IF(
            CASE
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(aws|amazon)'
              )
              THEN 'aws'
              WHEN REGEXP_LIKE(
                LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                '^(gcp|google)'
              )
              THEN 'gcp'
              ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
            END IN ('aws', 'gcp')
            AND (
              IF(
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')) IN ('usage', 'credit', 'tax', 'purchase', 'adjustment'),
                LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')),
                'other'
              ) = 'usage'
            ),
            COALESCE(
              NULLIF(
                REGEXP_EXTRACT(
                  IF(
                    STARTS_WITH("t0"."SkuPriceDetails", '[{''')
                    OR STARTS_WITH("t0"."SkuPriceDetails", '{'''),
                    REPLACE(REPLACE("t0"."SkuPriceDetails", '''', '"'), ': None', ': null'),
                    "t0"."SkuPriceDetails"
                  ),
                  '"InstanceType"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                  1
                ),
                ''
              ),
              NULLIF(
                REGEXP_EXTRACT(
                  IF(
                    STARTS_WITH("t0"."SkuPriceDetails", '[{''')
                    OR STARTS_WITH("t0"."SkuPriceDetails", '{'''),
                    REPLACE(REPLACE("t0"."SkuPriceDetails", '''', '"'), ': None', ': null'),
                    "t0"."SkuPriceDetails"
                  ),
                  '"x_InstanceType"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                  1
                ),
                ''
              ),
              NULLIF(
                REGEXP_EXTRACT(
                  IF(
                    STARTS_WITH("t0"."SkuPriceDetails", '[{''')
                    OR STARTS_WITH("t0"."SkuPriceDetails", '{'''),
                    REPLACE(REPLACE("t0"."SkuPriceDetails", '''', '"'), ': None', ': null'),
                    "t0"."SkuPriceDetails"
                  ),
                  '"instanceType"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                  1
                ),
                ''
              ),
              ''
            ),
            ''
          ) AS "machine",
          COALESCE(NULLIF("t0"."ResourceId", ''), '') AS "resource",
          COALESCE(
            COALESCE(TRY_CAST("t0"."ConsumedQuantity" AS DOUBLE)),
            COALESCE(TRY_CAST("t0"."PricingQuantity" AS DOUBLE))
          ) AS "amount",
          LOWER(
            IF(
              COALESCE(TRY_CAST("t0"."ConsumedQuantity" AS DOUBLE)) IS NOT NULL,
              COALESCE(NULLIF("t0"."ConsumedUnit", ''), ''),
              COALESCE(NULLIF("t0"."PricingUnit", ''), '')
            )
          ) AS "unit",
          COALESCE(COALESCE(TRY_CAST("t0"."BilledCost" AS DOUBLE)), CAST(0.0 AS DOUBLE)) AS "cost",
          COALESCE(NULLIF("t0"."BillingCurrency", ''), '') AS "currency",
          IF(
            LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')) IN ('usage', 'credit', 'tax', 'purchase', 'adjustment'),
            LOWER(COALESCE(NULLIF("t0"."ChargeCategory", ''), '')),
            'other'
          ) AS "category",
          CASE
            WHEN COALESCE('' <> '', FALSE)
            THEN 'split'
            WHEN COALESCE(
              LOWER(COALESCE(NULLIF("t0"."CapacityReservationStatus", ''), '')) = 'unused',
              FALSE
            )
            THEN 'reserved'
            WHEN COALESCE(LOWER(COALESCE(NULLIF("t0"."CommitmentDiscountStatus", ''), '')) = 'unused', FALSE)
            THEN 'unused'
            WHEN COALESCE(
              (
                COALESCE(NULLIF("t0"."PublisherName", ''), '') <> ''
              )
              AND (
                CASE
                  WHEN REGEXP_LIKE(LOWER(COALESCE(NULLIF("t0"."PublisherName", ''), '')), '^(aws|amazon)')
                  THEN 'aws'
                  WHEN REGEXP_LIKE(LOWER(COALESCE(NULLIF("t0"."PublisherName", ''), '')), '^(gcp|google)')
                  THEN 'gcp'
                  ELSE COALESCE(NULLIF("t0"."PublisherName", ''), '')
                END <> CASE
                  WHEN REGEXP_LIKE(
                    LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                    '^(aws|amazon)'
                  )
                  THEN 'aws'
                  WHEN REGEXP_LIKE(
                    LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                    '^(gcp|google)'
                  )
                  THEN 'gcp'
                  ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
                END
              )
              AND CASE
                WHEN REGEXP_LIKE(
                  LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                  '^(aws|amazon)'
                )
                THEN 'aws'
                WHEN REGEXP_LIKE(
                  LOWER(COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')),
                  '^(gcp|google)'
                )
                THEN 'gcp'
                ELSE COALESCE(NULLIF("t0"."ProviderName", ''), NULLIF("t0"."PublisherName", ''), '')
              END IN ('aws', 'gcp'),
              FALSE
            )
            THEN 'marketplace'
            ELSE ''
          END AS "mark",
          CASE
            WHEN COALESCE(
              (
                COALESCE(NULLIF("t0"."BilledCost", '')) IS NOT NULL
              )
              AND (
                COALESCE(TRY_CAST("t0"."BilledCost" AS DOUBLE)) IS NULL
              ),
              FALSE
            )
            THEN 'unpriced'
            WHEN COALESCE(
              COALESCE(
                COALESCE(TRY_CAST("t0"."ConsumedQuantity" AS DOUBLE)),
                COALESCE(TRY_CAST("t0"."PricingQuantity" AS DOUBLE))
              ) IS NULL,
              FALSE
            )
            THEN 'missing'
            WHEN COALESCE(
              COALESCE(
                TRY_CAST(REPLACE(REPLACE(REPLACE("t0"."ChargePeriodStart", ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
              ) IS NULL,
              FALSE
            )
            THEN 'undated'
            WHEN COALESCE(
              (
                COALESCE(
                  COALESCE(TRY_CAST("t0"."ConsumedQuantity" AS DOUBLE)),
                  COALESCE(TRY_CAST("t0"."PricingQuantity" AS DOUBLE))
                ) < 0
              )
              AND NOT (
                LOWER(COALESCE(NULLIF("t0"."ChargeClass", ''), '')) = 'correction'
              ),
              FALSE
            )
            THEN 'negative'
            ELSE ''
          END AS "sign",
          COALESCE(
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTS_WITH("t0"."Tags", '[{''') OR STARTS_WITH("t0"."Tags", '{'''),
                  REPLACE(REPLACE("t0"."Tags", '''', '"'), ': None', ': null'),
                  "t0"."Tags"
                ),
                '"team"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                1
              ),
              ''
            ),
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTS_WITH("t0"."Tags", '[{''') OR STARTS_WITH("t0"."Tags", '{'''),
                  REPLACE(REPLACE("t0"."Tags", '''', '"'), ': None', ': null'),
                  "t0"."Tags"
                ),
                '"user:team"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                1
              ),
              ''
            ),
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTS_WITH("t0"."Tags", '[{''') OR STARTS_WITH("t0"."Tags", '{'''),
                  REPLACE(REPLACE("t0"."Tags", '''', '"'), ': None', ': null'),
                  "t0"."Tags"
                ),
                '"user_team"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"',
                1
              ),
              ''
            ),
            ''
          ) AS "tag_0"
        FROM "bill" AS "t0"
      ) AS "t1"
    ) AS "t2"
    GROUP BY
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      13,
      14,
      15,
      16
  ) AS "t3"
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15
) AS "t4";
