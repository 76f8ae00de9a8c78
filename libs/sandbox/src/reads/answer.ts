import type { Answer, Problem } from '../entry.js';

export const answer = (value: unknown): Answer => ({ ok: true, value });
export const problem = (status: number, title: string, detail: string, errors?: Problem['errors']): Answer => ({
  ok: false,
  problem: { status, title, detail, ...(errors ? { errors } : {}) },
});
