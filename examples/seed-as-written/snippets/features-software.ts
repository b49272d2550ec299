// Feature flags for gradual rollout
class FeatureFlags {
  isEnabled(feature: string, environment: string): boolean {
    const flags = {
      'new-api': { dev: true, staging: true, prod: false },
      'analytics': { dev: false, staging: true, prod: true },
      'cache': { dev: false, staging: false, prod: true }
    };
    
    return flags[feature]?.[environment] || false;
  }
}
