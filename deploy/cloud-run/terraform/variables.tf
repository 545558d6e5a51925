variable "project" {
  description = "Project it runs in and explores."
  type        = string
}

variable "region" {
  description = "Region it runs in."
  type        = string
}

variable "image" {
  description = "Image of the exporter, in a registry Cloud Run reads (a remote repository of Artifact Registry for ghcr.io)."
  type        = string
}

variable "invokers" {
  description = "Who may ask it, such as serviceAccount:prometheus@my-project.iam.gserviceaccount.com."
  type        = list(string)
  default     = []
}

variable "secrets" {
  description = "Variables from Secret Manager: name of the variable to name of the secret."
  type        = map(string)
  default     = {}
}

variable "extra_args" {
  description = "More flags, such as -metrics.upstream-names."
  type        = list(string)
  default     = []
}

variable "name" {
  description = "Name of the service and its account."
  type        = string
  default     = "cloud-carbon-exporter"
}

variable "ingress" {
  description = "INGRESS_TRAFFIC_ALL, or INGRESS_TRAFFIC_INTERNAL_ONLY for a Prometheus in the project's own network."
  type        = string
  default     = "INGRESS_TRAFFIC_ALL"
}

variable "memory" {
  description = "Memory, such as 512Mi."
  type        = string
  default     = "512Mi"
}
