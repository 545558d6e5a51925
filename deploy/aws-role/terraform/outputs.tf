output "role_arn" {
  description = "ARN of the role (role_arn of a target of this account alone)."
  value       = aws_iam_role.carbon.arn
}
