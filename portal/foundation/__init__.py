"""Foundation: configuration, database, clock, money, errors, jobs, mail, logs. Knows no domain."""
