# Check pipeline logs
# Validate Terraform configuration
terraform validate

# Check for syntax errors
terraform fmt -check

# Verify plan generation
terraform plan -detailed-exitcode
