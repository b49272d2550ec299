variable "name_prefix" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "environment" {
  type = string
}

variable "aws_region" {
  type = string
}

variable "enable_detailed_monitoring" {
  type    = bool
  default = false
}

variable "log_retention_days" {
  type    = number
  default = 14
}

variable "enable_cost_anomaly_detection" {
  type    = bool
  default = false
}

variable "auto_scaling_group_name" {
  type = string
}

variable "load_balancer_arn_suffix" {
  type        = string
  description = "CloudWatch knows load balancers by this, not by their ARN."
}

variable "target_group_arn_suffix" {
  type = string
}

variable "database_identifier" {
  type    = string
  default = null
}

variable "has_database" {
  type        = bool
  default     = true
  description = "Known at plan, which the identifier need not be."
}

variable "notification_endpoints" {
  type        = list(string)
  default     = []
  description = "Mail addresses that alarms go to."
}

variable "tags" {
  type    = map(string)
  default = {}
}
