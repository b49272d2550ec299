variable "name_prefix" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type        = list(string)
  description = "Where the instances run."
}

variable "public_subnet_ids" {
  type        = list(string)
  description = "Where the load balancer stands."
}

variable "security_group_ids" {
  type        = list(string)
  description = "Groups of the instances."
}

variable "alb_security_group_ids" {
  type        = list(string)
  description = "Groups of the load balancer."
}

variable "instance_type" {
  type = string
}

variable "min_size" {
  type = number
}

variable "max_size" {
  type = number
}

variable "desired_capacity" {
  type = number
}

variable "enable_spot" {
  type    = bool
  default = false
}

variable "enable_detailed_monitoring" {
  type    = bool
  default = false
}

variable "enable_scheduled_scaling" {
  type        = bool
  default     = false
  description = "Shrinks to one instance outside working hours."
}

variable "application_port" {
  type    = number
  default = 8080
}

variable "tags" {
  type    = map(string)
  default = {}
}
