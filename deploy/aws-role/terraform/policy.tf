locals {
  # Written by build.py from what the exporter calls.
  actions = jsondecode(file("${path.module}/actions.json"))

  everywhere = {
    Sid      = "CloudCarbonExporter"
    Effect   = "Allow"
    Action   = sort(concat(local.actions["everywhere"], flatten([for feature in var.optional : local.actions[feature]])))
    Resource = "*"
  }

  regional = {
    Sid      = "CloudCarbonExporterInRegions"
    Effect   = "Allow"
    Action   = local.actions["regional"]
    Resource = "*"
  }

  within = length(var.regions) == 0 ? {} : {
    Condition = { StringEquals = { "aws:RequestedRegion" = var.regions } }
  }

  policy = {
    Version   = "2012-10-17"
    Statement = [local.everywhere, merge(local.regional, local.within)]
  }

  asked = var.external_id == null ? {} : {
    Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
  }

  trust = {
    Version = "2012-10-17"
    Statement = [merge({
      Effect    = "Allow"
      Principal = { AWS = var.exporter_arn }
      Action    = "sts:AssumeRole"
    }, local.asked)]
  }
}
