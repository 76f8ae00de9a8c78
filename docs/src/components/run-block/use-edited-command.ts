import { useEffect, useState } from 'react';
import { useSandbox } from '../sandbox-provider/index.js';

/** The command as the reader has changed it, undefined while it is the original; kept over a reload. */
export function useEditedCommand(blockId: string): readonly [string | undefined, (text: string | undefined) => void] {
  const { storage } = useSandbox().sandbox;
  const slot = `edit:${blockId}`;
  const [edited, setEdited] = useState<string>();
  useEffect(() => setEdited(storage.read<string>(slot)), [storage, slot]);
  const change = (text: string | undefined): void => {
    storage.write(slot, text);
    setEdited(text);
  };
  return [edited, change];
}
