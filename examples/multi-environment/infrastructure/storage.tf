resource "random_string" "suffix" {
  length  = 8
  special = false
  upper   = false
}

resource "aws_s3_bucket" "environment_data" {
  bucket = "${local.name_prefix}-data-${random_string.suffix.result}"

  tags = {
    Component = "storage"
    Purpose   = "application-data"
  }
}

resource "aws_s3_bucket_versioning" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Lifecycle configuration based on environment
resource "aws_s3_bucket_lifecycle_configuration" "environment_data" {
  bucket = aws_s3_bucket.environment_data.id

  rule {
    id     = "environment_lifecycle"
    status = local.env_config.enable_lifecycle_policies ? "Enabled" : "Disabled"

    filter {}

    dynamic "transition" {
      for_each = local.is_prod ? [1] : []

      content {
        days          = 30
        storage_class = "STANDARD_IA"
      }
    }

    dynamic "transition" {
      for_each = local.is_prod ? [1] : []

      content {
        days          = 90
        storage_class = "GLACIER"
      }
    }

    expiration {
      days = var.environment == "dev" ? 30 : var.environment == "staging" ? 90 : 2555
    }
  }

  depends_on = [aws_s3_bucket_versioning.environment_data]
}
