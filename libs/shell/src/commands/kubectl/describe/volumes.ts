import type { DescribeWriter } from './writer.js';

type Source = Readonly<Record<string, any>>;

/** @param indent In front of the title: two blanks inside a pod template. */
export function writeVolumes(writer: DescribeWriter, volumes: readonly Source[], indent: string): void {
  if (volumes.length === 0) {
    writer.line(0, `${indent}Volumes:`, '<none>');
    return;
  }
  writer.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    writer.line(1, `${indent ? ' ' : ''}${volume['name']}:`);
    const lines = linesOf(volume);
    if (lines) for (const [title, value] of lines) writer.line(2, `${title}:`, value);
    else writer.line(1, '<unknown>');
  }
}

type Lines = readonly (readonly [title: string, value: string | number])[];

function linesOf(volume: Source): Lines | undefined {
  const { hostPath, emptyDir, configMap, secret, projected, downwardAPI, persistentVolumeClaim } = volume;
  if (hostPath) {
    return [
      ['Type', 'HostPath (bare host directory volume)'],
      ['Path', hostPath.path],
      ['HostPathType', hostPath.type ?? '<none>'],
    ];
  }
  if (emptyDir) {
    return [
      ['Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
      ['Medium', emptyDir.medium ?? ''],
      ['SizeLimit', emptyDir.sizeLimit ?? '<unset>'],
    ];
  }
  if (configMap) {
    return [
      ['Type', 'ConfigMap (a volume populated by a ConfigMap)'],
      ['Name', configMap.name],
      ['Optional', String(configMap.optional ?? false)],
    ];
  }
  if (secret) {
    return [
      ['Type', 'Secret (a volume populated by a Secret)'],
      ['SecretName', secret.secretName],
      ['Optional', String(secret.optional ?? false)],
    ];
  }
  if (projected) return projectedLines(projected.sources ?? []);
  if (downwardAPI) return [['Type', 'DownwardAPI (a volume populated by information about the pod)']];
  if (persistentVolumeClaim) {
    return [
      ['Type', 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)'],
      ['ClaimName', persistentVolumeClaim.claimName],
      ['ReadOnly', String(persistentVolumeClaim.readOnly ?? false)],
    ];
  }
  return undefined;
}

function projectedLines(sources: readonly Source[]): Lines {
  const lines = sources.flatMap(({ secret, downwardAPI, configMap, serviceAccountToken }): Lines => {
    // kubectl 1.31 prints the pointer to `optional`, not what it points to; without one that is `<nil>`.
    if (secret)
      return [
        ['SecretName', secret.name],
        ['SecretOptionalName', String(secret.optional ?? '<nil>')],
      ];
    if (downwardAPI) return [['DownwardAPI', 'true']];
    if (configMap)
      return [
        ['ConfigMapName', configMap.name],
        ['ConfigMapOptional', String(configMap.optional ?? '<nil>')],
      ];
    if (serviceAccountToken) return [['TokenExpirationSeconds', serviceAccountToken.expirationSeconds ?? 3600]];
    return [];
  });
  return [['Type', 'Projected (a volume that contains injected data from multiple sources)'], ...lines];
}
