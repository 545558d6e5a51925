variable "config" {
  description = "Configuration file of the exporter (-config.file): targets, and whatever the flags say."
  type        = any

  validation {
    condition     = try(length(var.config.targets) > 0, false)
    error_message = "config must have targets, such as { targets = [{ provider = \"aws\", name = \"prod\", role_arn = \"arn:aws:iam::111111111111:role/carbon\" }] }."
  }
}

variable "assume_role_arns" {
  description = "Roles that the exporter may assume."
  type        = list(string)
  default     = ["arn:aws:iam::*:role/carbon"]
}

variable "secrets" {
  description = "Variables from Secrets Manager or Parameter Store: name of the variable to ARN, such as SCW_SECRET_KEY."
  type        = map(string)
  default     = {}
}

variable "extra_args" {
  description = "More flags, such as -metrics.upstream-names."
  type        = list(string)
  default     = []
}

variable "name" {
  description = "Name of service, roles and log group."
  type        = string
  default     = "cloud-carbon-exporter"
}

variable "image" {
  description = "Image of the exporter."
  type        = string
  default     = "ghcr.io/cloud-carbon-exporter/cloud-carbon-exporter:0.1.0"
}

variable "region" {
  description = "Region it runs in."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster of ECS."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets with a way out, to the clouds' APIs."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Whether it has a public address, as it must in a public subnet without NAT."
  type        = bool
  default     = false
}

variable "prometheus_security_group_ids" {
  description = "Security groups of what may scrape it."
  type        = list(string)
  default     = []
}

variable "service_registry_arn" {
  description = "Service of Cloud Map that Prometheus finds it by (dns_sd_configs)."
  type        = string
  default     = null
}

variable "state" {
  description = "Access point of EFS, of user and group 65532, where counters outlive a restart (-state.file)."
  type        = object({ file_system_id = string, access_point_id = string })
  default     = null
}

variable "cpu" {
  description = "Units of CPU."
  type        = number
  default     = 256
}

variable "memory" {
  description = "Memory in MiB."
  type        = number
  default     = 1024
}

variable "cpu_architecture" {
  description = "ARM64 or X86_64: the image is made for both."
  type        = string
  default     = "ARM64"
}

variable "log_retention_days" {
  description = "How long the log is kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
