# Infrastructure feature branch workflow
git checkout -b infrastructure/add-redis-cluster
# Develop infrastructure changes
terraform workspace new feature-redis
terraform plan -var-file=dev.tfvars
terraform apply -var-file=dev.tfvars
# Test infrastructure changes
git push origin infrastructure/add-redis-cluster
# Create pull request → review → merge → promote through environments
