variable "name_prefix" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_ids" {
  type = list(string)
}

variable "instance_class" {
  type = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "instance_class must begin with \"db.\", like db.t3.micro."
  }
}

variable "allocated_storage" {
  type = number
}

variable "multi_az" {
  type    = bool
  default = false
}

variable "require_multi_az" {
  type        = bool
  default     = false
  description = "Refuses to plan a database in a single zone."
}

variable "backup_retention_period" {
  type    = number
  default = 7
}

variable "minimum_backup_retention" {
  type    = number
  default = 1
}

variable "performance_insights_enabled" {
  type    = bool
  default = false
}

variable "tags" {
  type    = map(string)
  default = {}
}
