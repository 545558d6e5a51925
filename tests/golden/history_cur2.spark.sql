-- What a bill adds up to, by shape: run it in spark, save its rows as CSV or Parquet, and read
-- them with `history -from FILE -by month,account,kind,tag:team`. Nothing was run, and nothing was asked of spark.
-- Compiled for the columns of a sample. Moments are in UTC: run SET TIME ZONE 'UTC' before it.

SELECT
  CAST(`t4`.`month` AS STRING) AS `month`,
  `t4`.`account`,
  `t4`.`tag_team`,
  `t4`.`currency`,
  `t4`.`provider`,
  `t4`.`region`,
  `t4`.`service`,
  `t4`.`usage`,
  `t4`.`description`,
  `t4`.`operation`,
  `t4`.`machine`,
  `t4`.`unit`,
  `t4`.`category`,
  `t4`.`mark`,
  `t4`.`sign`,
  `t4`.`amount`,
  `t4`.`monthly_amount`,
  `t4`.`cost`,
  `t4`.`amount_squares`,
  `t4`.`monthly_amount_squares`,
  `t4`.`lines`,
  CAST(`t4`.`begins` AS STRING) AS `begins`,
  CAST(`t4`.`ends` AS STRING) AS `ends`
FROM (
  SELECT
    `t3`.`month`,
    `t3`.`account`,
    `t3`.`tag_team`,
    `t3`.`currency`,
    `t3`.`provider`,
    `t3`.`region`,
    `t3`.`service`,
    `t3`.`usage`,
    `t3`.`description`,
    `t3`.`operation`,
    `t3`.`machine`,
    `t3`.`unit`,
    `t3`.`category`,
    `t3`.`mark`,
    `t3`.`sign`,
    SUM(`t3`.`amount`) AS `amount`,
    SUM(`t3`.`monthly_amount`) AS `monthly_amount`,
    SUM(`t3`.`cost`) AS `cost`,
    SUM(`t3`.`amount` * `t3`.`amount`) AS `amount_squares`,
    SUM(`t3`.`monthly_amount` * `t3`.`monthly_amount`) AS `monthly_amount_squares`,
    SUM(`t3`.`lines`) AS `lines`,
    MIN(`t3`.`begins`) AS `begins`,
    MAX(`t3`.`ends`) AS `ends`
  FROM (
    SELECT
      `t2`.`month`,
      `t2`.`account`,
      `t2`.`tag_team`,
      `t2`.`currency`,
      `t2`.`provider`,
      `t2`.`region`,
      `t2`.`service`,
      `t2`.`usage`,
      `t2`.`description`,
      `t2`.`operation`,
      `t2`.`machine`,
      `t2`.`unit`,
      `t2`.`category`,
      `t2`.`mark`,
      `t2`.`sign`,
      `t2`.`thing`,
      SUM(`t2`.`amount`) AS `amount`,
      SUM(`t2`.`monthly_amount`) AS `monthly_amount`,
      SUM(`t2`.`cost`) AS `cost`,
      COUNT(*) AS `lines`,
      MIN(`t2`.`begins`) AS `begins`,
      MAX(`t2`.`ends`) AS `ends`
    FROM (
      SELECT
        DATE_TRUNC('month', `t1`.`start`) AS `month`,
        `t1`.`account`,
        `t1`.`tag_0` AS `tag_team`,
        `t1`.`currency`,
        `t1`.`provider`,
        `t1`.`region`,
        `t1`.`service`,
        `t1`.`usage`,
        `t1`.`description`,
        `t1`.`operation`,
        `t1`.`machine`,
        `t1`.`unit`,
        `t1`.`category`,
        `t1`.`mark`,
        `t1`.`sign`,
        `t1`.`amount`,
        `t1`.`cost`,
        `t1`.`amount` * (
          CASE
            WHEN EXTRACT(month FROM `t1`.`start`) = 2
            THEN IF((
              EXTRACT(year FROM `t1`.`start`) % 4
            ) = 0, 29, 28)
            WHEN EXTRACT(month FROM `t1`.`start`) IN (4, 6, 9, 11)
            THEN 30
            ELSE 31
          END * 24
        ) AS `monthly_amount`,
        `t1`.`resource` AS `thing`,
        `t1`.`start` AS `begins`,
        COALESCE(`t1`.`end`, `t1`.`start`) AS `ends`
      FROM (
        SELECT
          COALESCE(
            TRY_CAST(REPLACE(REPLACE(REPLACE(`t0`.`line_item_usage_start_date`, ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
          ) AS `start`,
          COALESCE(
            TRY_CAST(REPLACE(REPLACE(REPLACE(`t0`.`line_item_usage_end_date`, ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
          ) AS `end`,
          'aws' AS `provider`,
          COALESCE(
            NULLIF(`t0`.`line_item_usage_account_id`, ''),
            NULLIF(`t0`.`bill_payer_account_id`, ''),
            ''
          ) AS `account`,
          IF(
            COALESCE(
              STARTSWITH(
                LOWER(COALESCE(NULLIF(`t0`.`line_item_availability_zone`, ''), '')),
                CONCAT(
                  LOWER(
                    COALESCE(NULLIF(COALESCE(NULLIF(`t0`.`product_region_code`, ''), ''), ''), '', '')
                  ),
                  '-'
                )
              )
              AND (
                LOWER(
                  COALESCE(NULLIF(COALESCE(NULLIF(`t0`.`product_region_code`, ''), ''), ''), '', '')
                ) <> ''
              )
              AND REGEXP_LIKE(
                LOWER(COALESCE(NULLIF(`t0`.`line_item_availability_zone`, ''), '')),
                '\\d-[a-z]{3}-\\d'
              ),
              FALSE
            ),
            LOWER(COALESCE(NULLIF(`t0`.`line_item_availability_zone`, ''), '')),
            LOWER(
              COALESCE(NULLIF(COALESCE(NULLIF(`t0`.`product_region_code`, ''), ''), ''), '', '')
            )
          ) AS `region`,
          COALESCE(NULLIF(`t0`.`line_item_product_code`, ''), '') AS `service`,
          IF(
            CASE
              WHEN COALESCE(
                COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'),
                FALSE
              )
              THEN 'usage'
              WHEN COALESCE(
                COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN (
                  'Credit',
                  'Refund',
                  'SavingsPlanNegation',
                  'BundledDiscount',
                  'EdpDiscount',
                  'PrivateRateDiscount',
                  'SppDiscount',
                  'Discount'
                ),
                FALSE
              )
              THEN 'credit'
              WHEN COALESCE(COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Tax'), FALSE)
              THEN 'tax'
              WHEN COALESCE(
                COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'),
                FALSE
              )
              THEN 'purchase'
              ELSE 'other'
            END = 'usage',
            COALESCE(NULLIF(`t0`.`line_item_usage_type`, ''), ''),
            ''
          ) AS `usage`,
          IF(
            'aws' IN ('aws', 'gcp')
            AND (
              CASE
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'),
                  FALSE
                )
                THEN 'usage'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN (
                    'Credit',
                    'Refund',
                    'SavingsPlanNegation',
                    'BundledDiscount',
                    'EdpDiscount',
                    'PrivateRateDiscount',
                    'SppDiscount',
                    'Discount'
                  ),
                  FALSE
                )
                THEN 'credit'
                WHEN COALESCE(COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Tax'), FALSE)
                THEN 'tax'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'),
                  FALSE
                )
                THEN 'purchase'
                ELSE 'other'
              END = 'usage'
            ),
            '',
            ''
          ) AS `description`,
          IF(
            'aws' IN ('aws', 'gcp')
            AND (
              CASE
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'),
                  FALSE
                )
                THEN 'usage'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN (
                    'Credit',
                    'Refund',
                    'SavingsPlanNegation',
                    'BundledDiscount',
                    'EdpDiscount',
                    'PrivateRateDiscount',
                    'SppDiscount',
                    'Discount'
                  ),
                  FALSE
                )
                THEN 'credit'
                WHEN COALESCE(COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Tax'), FALSE)
                THEN 'tax'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'),
                  FALSE
                )
                THEN 'purchase'
                ELSE 'other'
              END = 'usage'
            ),
            COALESCE(NULLIF(`t0`.`line_item_operation`, ''), ''),
            ''
          ) AS `operation`,
          IF(
            'aws' IN ('aws', 'gcp')
            AND (
              CASE
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'),
                  FALSE
                )
                THEN 'usage'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN (
                    'Credit',
                    'Refund',
                    'SavingsPlanNegation',
                    'BundledDiscount',
                    'EdpDiscount',
                    'PrivateRateDiscount',
                    'SppDiscount',
                    'Discount'
                  ),
                  FALSE
                )
                THEN 'credit'
                WHEN COALESCE(COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Tax'), FALSE)
                THEN 'tax'
                WHEN COALESCE(
                  COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'),
                  FALSE
                )
                THEN 'purchase'
                ELSE 'other'
              END = 'usage'
            ),
            COALESCE(NULLIF(COALESCE(NULLIF(`t0`.`product_instance_type`, ''), ''), ''), ''),
            ''
          ) AS `machine`,
          COALESCE(NULLIF(`t0`.`line_item_resource_id`, ''), '') AS `resource`,
          COALESCE(TRY_CAST(`t0`.`line_item_usage_amount` AS DOUBLE)) AS `amount`,
          LOWER(
            IF(
              (
                COALESCE(NULLIF(`t0`.`pricing_unit`, ''), '') = ''
              )
              AND CONTAINS(COALESCE(NULLIF(`t0`.`line_item_usage_type`, ''), ''), 'SpotUsage:'),
              'hrs',
              COALESCE(NULLIF(`t0`.`pricing_unit`, ''), '')
            )
          ) AS `unit`,
          COALESCE(COALESCE(TRY_CAST(`t0`.`line_item_unblended_cost` AS DOUBLE)), 0.0) AS `cost`,
          COALESCE(NULLIF(`t0`.`line_item_currency_code`, ''), '') AS `currency`,
          CASE
            WHEN COALESCE(
              COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'),
              FALSE
            )
            THEN 'usage'
            WHEN COALESCE(
              COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN (
                'Credit',
                'Refund',
                'SavingsPlanNegation',
                'BundledDiscount',
                'EdpDiscount',
                'PrivateRateDiscount',
                'SppDiscount',
                'Discount'
              ),
              FALSE
            )
            THEN 'credit'
            WHEN COALESCE(COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Tax'), FALSE)
            THEN 'tax'
            WHEN COALESCE(
              COALESCE(NULLIF(`t0`.`line_item_line_item_type`, ''), '') IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'),
              FALSE
            )
            THEN 'purchase'
            ELSE 'other'
          END AS `category`,
          CASE
            WHEN COALESCE(COALESCE(NULLIF(`t0`.`split_line_item_parent_resource_id`, ''), '') <> '', FALSE)
            THEN 'split'
            WHEN COALESCE(
              CONTAINS(LOWER(COALESCE(NULLIF(`t0`.`bill_billing_entity`, ''), '')), 'marketplace'),
              FALSE
            )
            THEN 'marketplace'
            ELSE ''
          END AS `mark`,
          CASE
            WHEN COALESCE(
              (
                COALESCE(NULLIF(`t0`.`line_item_unblended_cost`, '')) IS NOT NULL
              )
              AND (
                COALESCE(TRY_CAST(`t0`.`line_item_unblended_cost` AS DOUBLE)) IS NULL
                OR ISNAN(COALESCE(TRY_CAST(`t0`.`line_item_unblended_cost` AS DOUBLE)))
              ),
              FALSE
            )
            THEN 'unpriced'
            WHEN COALESCE(
              COALESCE(TRY_CAST(`t0`.`line_item_usage_amount` AS DOUBLE)) IS NULL
              OR ISNAN(COALESCE(TRY_CAST(`t0`.`line_item_usage_amount` AS DOUBLE))),
              FALSE
            )
            THEN 'missing'
            WHEN COALESCE(
              COALESCE(
                TRY_CAST(REPLACE(REPLACE(REPLACE(`t0`.`line_item_usage_start_date`, ' UTC', ''), 'Z', ''), 'T', ' ') AS TIMESTAMP)
              ) IS NULL,
              FALSE
            )
            THEN 'undated'
            WHEN COALESCE(
              (
                COALESCE(TRY_CAST(`t0`.`line_item_usage_amount` AS DOUBLE)) < 0
              )
              AND NOT (
                FALSE
              ),
              FALSE
            )
            THEN 'negative'
            ELSE ''
          END AS `sign`,
          COALESCE(
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTSWITH(`t0`.`resource_tags`, '[{\'')
                  OR STARTSWITH(`t0`.`resource_tags`, '{\''),
                  REPLACE(REPLACE(`t0`.`resource_tags`, '\'', '"'), ': None', ': null'),
                  `t0`.`resource_tags`
                ),
                '"team"\\s*(?:,\\s*"value"\\s*)?:\\s*"((?:[^"\\\\]|\\\\.)*)"'
              ),
              ''
            ),
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTSWITH(`t0`.`resource_tags`, '[{\'')
                  OR STARTSWITH(`t0`.`resource_tags`, '{\''),
                  REPLACE(REPLACE(`t0`.`resource_tags`, '\'', '"'), ': None', ': null'),
                  `t0`.`resource_tags`
                ),
                '"user_team"\\s*(?:,\\s*"value"\\s*)?:\\s*"((?:[^"\\\\]|\\\\.)*)"'
              ),
              ''
            ),
            NULLIF(
              REGEXP_EXTRACT(
                IF(
                  STARTSWITH(`t0`.`resource_tags`, '[{\'')
                  OR STARTSWITH(`t0`.`resource_tags`, '{\''),
                  REPLACE(REPLACE(`t0`.`resource_tags`, '\'', '"'), ': None', ': null'),
                  `t0`.`resource_tags`
                ),
                '"user:team"\\s*(?:,\\s*"value"\\s*)?:\\s*"((?:[^"\\\\]|\\\\.)*)"'
              ),
              ''
            ),
            ''
          ) AS `tag_0`
        FROM `bill` AS `t0`
      ) AS `t1`
    ) AS `t2`
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
  ) AS `t3`
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
) AS `t4`;
