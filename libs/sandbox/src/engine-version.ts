/**
 * Raised whenever executing a recorded input may give another delta than it did.
 * Recovery never re-executes, so an old log stays readable; only the replay oracle
 * compares versions.
 */
export const ENGINE_VERSION = 2;
