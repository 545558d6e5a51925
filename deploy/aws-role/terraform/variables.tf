variable "exporter_arn" {
  description = "ARN of the role, user or account the exporter runs as."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|(role|user)/.+)$", var.exporter_arn))
    error_message = "exporter_arn must be the ARN of a role, a user or an account."
  }
}

variable "external_id" {
  description = "External id the exporter must send (external_id of its target)."
  type        = string
  default     = null

  validation {
    condition     = var.external_id == null || (can(regex("^[A-Za-z0-9_+=,.@:/-]{2,}$", var.external_id)) && length(coalesce(var.external_id, "none")) <= 1224)
    error_message = "external_id must be 2 to 1224 letters, digits and _+=,.@:/-."
  }
}

variable "role_name" {
  description = "Name of the role (role_name of the target)."
  type        = string
  default     = "carbon"
}

variable "max_session_seconds" {
  description = "Longest session of the role (session_duration of the target)."
  type        = number
  default     = 3600
}

variable "regions" {
  description = "Regions that are explored (regions of the target); all when empty."
  type        = list(string)
  default     = []
}

variable "optional" {
  description = "Optional features that are allowed: coverage, cost-explorer, free-requests, organization, own-figure."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.optional, ["coverage", "cost-explorer", "free-requests", "organization", "own-figure"])) == 0
    error_message = "optional holds a feature that is not known."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
