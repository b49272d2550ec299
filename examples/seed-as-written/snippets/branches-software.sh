# Feature branch workflow
git checkout -b feature/new-api-endpoint
# Develop feature
git push origin feature/new-api-endpoint
# Create pull request → review → merge → deploy
