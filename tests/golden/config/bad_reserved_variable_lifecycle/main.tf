variable "lifecycle" {}
