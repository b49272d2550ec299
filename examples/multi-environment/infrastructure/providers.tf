provider "aws" {
  region = var.aws_region

  # Only what never changes from run to run: a clock or a build number here would update every resource every time.
  default_tags {
    tags = local.common_tags
  }
}
