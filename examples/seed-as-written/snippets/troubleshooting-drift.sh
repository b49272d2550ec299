# Export configuration from each environment
terraform show -json > env-config.json

# Compare configurations
diff dev-config.json staging-config.json
