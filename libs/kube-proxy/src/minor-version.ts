/** 31 of `v1.31.0`; the newest that is simulated when there is no version. */
export const minorVersion = (version: string | undefined): number => Number(/^v1\.(\d+)/.exec(version ?? '')?.[1] ?? 31);
