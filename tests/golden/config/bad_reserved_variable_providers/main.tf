variable "providers" {}
