import type { KubeObject } from '@svclab/kube-api';

/** How often a watch looks for what has changed. */
// Simplification: changes that follow each other within half a second are shown as one.
const LOOK_EVERY_US = 500_000;

type Objects = ReadonlyMap<string, Readonly<KubeObject>>;

interface Looking {
  /** The objects as they are now, in their order. */
  read(): readonly Readonly<KubeObject>[];
  show(object: Readonly<KubeObject>): void;
  sleep(us: number): Promise<void>;
  /** Once per turn: ends the watch where nobody can interrupt it. */
  endless(): void;
}

/** `kubectl get -w`: shows each object again when it has changed, and once more when it is gone. */
export async function watchObjects({ read, show, sleep, endless }: Looking): Promise<never> {
  for (let known = byUid(read()); ;) {
    endless();
    await sleep(LOOK_EVERY_US);
    const now = byUid(read());
    for (const [uid, object] of now) {
      if (known.get(uid)?.metadata.resourceVersion !== object.metadata.resourceVersion) show(object);
    }
    for (const [uid, object] of known) if (!now.has(uid)) show(object);
    known = now;
  }
}

const byUid = (objects: readonly Readonly<KubeObject>[]): Objects => new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
