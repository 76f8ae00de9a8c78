// The only file that imports just-bash: its parser, and its text tools behind one interpreter.
export { Bash, parse, serialize } from 'just-bash';
export type { CommandNode, IFileSystem, PipelineNode, ScriptNode, SimpleCommandNode, StatementNode, WordNode } from 'just-bash';
import type { CommandNode, SimpleCommandNode, WordNode } from 'just-bash';

export type CommandOf<T extends CommandNode['type']> = Extract<CommandNode, { type: T }>;
export type CompoundNode = Exclude<CommandNode, { type: 'SimpleCommand' | 'FunctionDef' }>;
export type WordPart = WordNode['parts'][number];
export type PartOf<T extends WordPart['type']> = Extract<WordPart, { type: T }>;
export type BraceItem = PartOf<'BraceExpansion'>['items'][number];
export type ParameterOperation = NonNullable<PartOf<'ParameterExpansion'>['operation']>;
export type ArithmeticNode = PartOf<'ArithmeticExpansion'>['expression'];
export type ArithExpr = ArithmeticNode['expression'];
export type ConditionNode = CommandOf<'ConditionalCommand'>['expression'];
export type AssignmentNode = SimpleCommandNode['assignments'][number];
export type RedirectionNode = SimpleCommandNode['redirections'][number];
