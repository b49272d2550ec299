variable "project_name" {
  type        = string
  description = "Start of every name."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.project_name))
    error_message = "project_name must be 2 to 16 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  type        = string
  description = "dev, staging or prod."

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Environment must be dev, staging, or prod."
  }
}

variable "aws_region" {
  type    = string
  default = "us-west-2"
}

variable "owner" {
  type = string
}

variable "team" {
  type = string
}

variable "repository_name" {
  type = string
}

variable "enable_database" {
  type    = bool
  default = true
}

variable "allowed_cidr_blocks" {
  type        = list(string)
  description = "Networks that may reach the application."
}

variable "notification_endpoints" {
  type        = list(string)
  default     = []
  description = "Mail addresses for alarms, anomalies and the budget."
}

# What a run says of itself. None of it reaches a tag: it is kept in the manifest and one parameter.

variable "deployment_id" {
  type    = string
  default = "local"
}

variable "build_number" {
  type    = string
  default = "0"
}

variable "git_commit_sha" {
  type    = string
  default = "unknown"
}

variable "git_branch" {
  type    = string
  default = "unknown"
}

variable "deployed_by" {
  type    = string
  default = "unknown"
}

variable "promotion_source" {
  type    = string
  default = ""
}
