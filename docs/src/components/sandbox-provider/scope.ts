/** The page that a sandbox belongs to, the same in all languages: `guide/clusterip` for `/ko/guide/clusterip/`. */
export function scopeOf(pathname: string, baseUrl: string): string {
  const inside = pathname.startsWith(baseUrl) ? pathname.slice(baseUrl.length) : pathname;
  return inside.replace(/^\/+|\/+$/g, '') || 'home';
}
