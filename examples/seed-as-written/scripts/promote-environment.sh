#!/bin/bash
# scripts/promote-environment.sh

set -e

SCRIPT_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PROJECT_ROOT="$(dirname "$SCRIPT_DIR")"

# Configuration
SOURCE_ENV="${1:-dev}"
TARGET_ENV="${2:-staging}"
DEPLOYMENT_ID="${3:-$(date +%Y%m%d-%H%M%S)}"

if [ "$#" -lt 2 ]; then
    echo "Usage: $0 <source_env> <target_env> [deployment_id]"
    echo "Example: $0 dev staging"
    exit 1
fi

echo "🚀 Promoting environment from $SOURCE_ENV to $TARGET_ENV"
echo "📦 Deployment ID: $DEPLOYMENT_ID"

# Validate source environment
echo "✅ Validating source environment: $SOURCE_ENV"
cd "$PROJECT_ROOT/infrastructure"

# Check if source environment state exists and is healthy
terraform init \
    -backend-config="key=myapp/$SOURCE_ENV/terraform.tfstate" \
    -backend-config="bucket=$TF_STATE_BUCKET" \
    -backend-config="region=$AWS_REGION" \
    -backend-config="dynamodb_table=$TF_LOCK_TABLE"

# Get source environment state
SOURCE_STATE=$(terraform show -json)
SOURCE_OUTPUTS=$(terraform output -json)

# Validate source environment health
if ! echo "$SOURCE_OUTPUTS" | jq -e '.application_url.value' > /dev/null; then
    echo "❌ Source environment $SOURCE_ENV is not healthy"
    exit 1
fi

APPLICATION_URL=$(echo "$SOURCE_OUTPUTS" | jq -r '.application_url.value')
echo "🌐 Source application URL: $APPLICATION_URL"

# Run health checks on source environment
echo "🏥 Running health checks on source environment"
if ! curl -f "$APPLICATION_URL/health" > /dev/null 2>&1; then
    echo "❌ Source environment health check failed"
    exit 1
fi

echo "✅ Source environment is healthy"

# Extract configuration from source environment
echo "📋 Extracting configuration from source environment"
INSTANCE_TYPE=$(echo "$SOURCE_OUTPUTS" | jq -r '.environment_config.value.instance_type')
MIN_SIZE=$(echo "$SOURCE_OUTPUTS" | jq -r '.environment_config.value.min_size')
MAX_SIZE=$(echo "$SOURCE_OUTPUTS" | jq -r '.environment_config.value.max_size')

echo "📊 Source configuration:"
echo "  Instance Type: $INSTANCE_TYPE"
echo "  Min Size: $MIN_SIZE"
echo "  Max Size: $MAX_SIZE"

# Prepare target environment deployment
echo "🎯 Preparing target environment: $TARGET_ENV"

# Create deployment manifest
MANIFEST_FILE="/tmp/deployment-manifest-$DEPLOYMENT_ID.json"
cat > "$MANIFEST_FILE" << EOF
{
  "deployment_id": "$DEPLOYMENT_ID",
  "source_environment": "$SOURCE_ENV",
  "target_environment": "$TARGET_ENV",
  "timestamp": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "git_commit": "$(git rev-parse HEAD)",
  "git_branch": "$(git rev-parse --abbrev-ref HEAD)",
  "promoted_by": "$(whoami)",
  "source_configuration": {
    "instance_type": "$INSTANCE_TYPE",
    "min_size": $MIN_SIZE,
    "max_size": $MAX_SIZE
  },
  "validation_checks": []
}
EOF

echo "📄 Created deployment manifest: $MANIFEST_FILE"

# Initialize target environment
echo "🔧 Initializing target environment"
terraform init \
    -backend-config="key=myapp/$TARGET_ENV/terraform.tfstate" \
    -backend-config="bucket=$TF_STATE_BUCKET" \
    -backend-config="region=$AWS_REGION" \
    -backend-config="dynamodb_table=$TF_LOCK_TABLE"

# Plan target environment deployment
echo "📝 Planning target environment deployment"
terraform plan \
    -var-file="environments/$TARGET_ENV/terraform.tfvars" \
    -var="deployment_id=$DEPLOYMENT_ID" \
    -var="build_number=${BUILD_NUMBER:-$(date +%s)}" \
    -var="git_commit_sha=$(git rev-parse HEAD)" \
    -var="git_branch=$(git rev-parse --abbrev-ref HEAD)" \
    -var="deployed_by=$(whoami)" \
    -var="promotion_source=$SOURCE_ENV" \
    -out="$TARGET_ENV.tfplan"

# Add validation check to manifest
jq --arg check "terraform_plan_successful" \
   --arg status "passed" \
   '.validation_checks += [{"check": $check, "status": $status, "timestamp": (now | todate)}]' \
   "$MANIFEST_FILE" > "$MANIFEST_FILE.tmp" && mv "$MANIFEST_FILE.tmp" "$MANIFEST_FILE"

# Ask for confirmation
echo "🤔 Ready to deploy to $TARGET_ENV environment"
echo "🔍 Review the plan above and confirm deployment"
read -p "Do you want to proceed? (yes/no): " -r
if [[ ! $REPLY =~ ^[Yy][Ee][Ss]$ ]]; then
    echo "❌ Deployment cancelled"
    exit 1
fi

# Apply target environment deployment
echo "🚀 Deploying to target environment: $TARGET_ENV"
terraform apply -auto-approve "$TARGET_ENV.tfplan"

# Add deployment completion to manifest
jq --arg check "terraform_apply_successful" \
   --arg status "passed" \
   '.validation_checks += [{"check": $check, "status": $status, "timestamp": (now | todate)}]' \
   "$MANIFEST_FILE" > "$MANIFEST_FILE.tmp" && mv "$MANIFEST_FILE.tmp" "$MANIFEST_FILE"

# Get target environment outputs
TARGET_OUTPUTS=$(terraform output -json)
TARGET_APPLICATION_URL=$(echo "$TARGET_OUTPUTS" | jq -r '.application_url.value')

echo "🌐 Target application URL: $TARGET_APPLICATION_URL"

# Wait for target environment to be ready
echo "⏳ Waiting for target environment to be ready"
for i in {1..30}; do
    if curl -f "$TARGET_APPLICATION_URL/health" > /dev/null 2>&1; then
        echo "✅ Target environment is ready"
        break
    fi
    echo "⏳ Waiting... ($i/30)"
    sleep 10
done

# Final health check
if ! curl -f "$TARGET_APPLICATION_URL/health" > /dev/null 2>&1; then
    echo "❌ Target environment health check failed"
    jq --arg check "health_check" \
       --arg status "failed" \
       '.validation_checks += [{"check": $check, "status": $status, "timestamp": (now | todate)}]' \
       "$MANIFEST_FILE" > "$MANIFEST_FILE.tmp" && mv "$MANIFEST_FILE.tmp" "$MANIFEST_FILE"
    exit 1
fi

# Add final validation to manifest
jq --arg check "health_check" \
   --arg status "passed" \
   '.validation_checks += [{"check": $check, "status": $status, "timestamp": (now | todate)}]' \
   "$MANIFEST_FILE" > "$MANIFEST_FILE.tmp" && mv "$MANIFEST_FILE.tmp" "$MANIFEST_FILE"

# Upload deployment manifest to S3
echo "📤 Uploading deployment manifest"
aws s3 cp "$MANIFEST_FILE" "s3://$TF_STATE_BUCKET/deployments/$TARGET_ENV/manifest-$DEPLOYMENT_ID.json"

echo "🎉 Environment promotion completed successfully!"
echo "📊 Summary:"
echo "  Source: $SOURCE_ENV"
echo "  Target: $TARGET_ENV"
echo "  Deployment ID: $DEPLOYMENT_ID"
echo "  Application URL: $TARGET_APPLICATION_URL"
echo "  Manifest: s3://$TF_STATE_BUCKET/deployments/$TARGET_ENV/manifest-$DEPLOYMENT_ID.json"

# Clean up
rm -f "$MANIFEST_FILE" "$TARGET_ENV.tfplan"
