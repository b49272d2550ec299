// Environment-specific configuration
const config = {
  development: {
    database: { host: 'localhost', port: 5432 },
    redis: { host: 'localhost', port: 6379 },
    logging: { level: 'debug' }
  },
  production: {
    database: { host: 'prod-db.company.com', port: 5432 },
    redis: { host: 'prod-redis.company.com', port: 6379 },
    logging: { level: 'warn' }
  }
};

export default config[process.env.NODE_ENV || 'development'];
