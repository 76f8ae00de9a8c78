/** What the kernel's refusals are called by libipvs (`ipvs_strerror`). */
export class IpvsError extends Error {}
