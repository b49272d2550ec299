variable "name_prefix" {
  type        = string
  description = "Start of every name in this environment."
}

variable "vpc_cidr" {
  type        = string
  description = "The network, from /16 to /20 so that six subnets fit."

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && tonumber(split("/", var.vpc_cidr)[1]) <= 20
    error_message = "vpc_cidr must be an IPv4 network of /20 or larger."
  }
}

variable "availability_zones" {
  type        = list(string)
  description = "Zones to spread over; one public and, if asked for, one private subnet in each."

  validation {
    condition     = length(var.availability_zones) >= 2
    error_message = "A load balancer needs at least two availability zones."
  }
}

variable "enable_private_subnets" {
  type    = bool
  default = true
}

variable "enable_nat_gateway" {
  type    = bool
  default = false
}

variable "single_nat_gateway" {
  type        = bool
  default     = true
  description = "One gateway for all zones; false gives each zone its own."
}

variable "enable_vpn_gateway" {
  type    = bool
  default = false
}

variable "flow_log_retention_days" {
  type    = number
  default = 14
}

variable "tags" {
  type    = map(string)
  default = {}
}
