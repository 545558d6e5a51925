output "task_role_arn" {
  description = "ARN of what the exporter runs as (exporter_arn of deploy/aws-role/terraform)."
  value       = aws_iam_role.task.arn
}

output "security_group_id" {
  description = "Security group of the exporter."
  value       = aws_security_group.exporter.id
}
