/** The page that a sandbox belongs to, the same in all languages: `guide/clusterip` for `/ko/guide/clusterip/`. */
export function scopeOf(pathname: string, baseUrl: string): string {
  const base = baseUrl.replace(/\/$/, '');
  const inside = pathname === base || pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
  return inside.replace(/^\/+|\/+$/g, '') || 'home';
}
