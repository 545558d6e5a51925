terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

resource "aws_iam_role" "carbon" {
  name                 = var.role_name
  description          = "Read by the cloud carbon exporter"
  max_session_duration = var.max_session_seconds
  assume_role_policy   = jsonencode(local.trust)
  tags                 = var.tags
}

resource "aws_iam_role_policy" "carbon" {
  name   = "CloudCarbonExporter"
  role   = aws_iam_role.carbon.id
  policy = jsonencode(local.policy)
}
