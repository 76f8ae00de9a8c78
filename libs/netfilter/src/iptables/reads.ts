/**
 * What of a packet decides whether a match holds, beside its addresses, protocol and interfaces, which every rule may
 * ask for. A match that says what it reads promises to do nothing else: no draw, no count, no note of the time.
 */
export const READS = {
  NOTHING: 0,
  SOURCE_PORT: 1 << 0,
  DESTINATION_PORT: 1 << 1,
  FLAGS: 1 << 2,
  MARK: 1 << 3,
  /** How the packet stands to its connection, and whether that is translated; nothing else of the entry. */
  STATE: 1 << 4,
} as const;
