terraform {
  # Everything else comes from backends/<environment>.s3.hcl:
  #   terraform init -reconfigure -backend-config=backends/dev.s3.hcl
  # Under -sandbox state is kept below .terrace/sandbox and this is not used.
  backend "s3" {}
}
