variable "name_prefix" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "vpc_cidr" {
  type        = string
  description = "Where the instances may send traffic inside the network."
}

variable "allowed_cidr_blocks" {
  type        = list(string)
  description = "Networks that may reach the load balancer."

  validation {
    condition     = length(var.allowed_cidr_blocks) > 0 && alltrue([for block in var.allowed_cidr_blocks : can(cidrhost(block, 0))])
    error_message = "allowed_cidr_blocks must hold at least one network, each like 10.0.0.0/8."
  }
}

variable "application_port" {
  type    = number
  default = 8080
}

variable "database_port" {
  type    = number
  default = 5432
}

variable "enable_waf" {
  type    = bool
  default = false
}

variable "enable_shield_advanced" {
  type    = bool
  default = false
}

variable "enable_config_rules" {
  type    = bool
  default = false
}

variable "protected_resource_arns" {
  type        = map(string)
  default     = {}
  description = "What WAF and Shield protect; the keys must not depend on anything created."
}

variable "tags" {
  type    = map(string)
  default = {}
}
