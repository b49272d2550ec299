# Check environment state
terraform workspace select staging
terraform show

# Compare with working environment
terraform workspace select dev
terraform show

# Check for drift
terraform plan -detailed-exitcode
