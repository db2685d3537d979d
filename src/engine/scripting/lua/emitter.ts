import { assigns, containsCall, everyCall, isMulti, isNumeric, isReadLate } from './analysis';
import type { Expression, FunctionBody, Statement, Target, Variable } from './ast';
import { ExpressionEmitter, type Frame, type GlobalNames, isShortText } from './emit-expressions';
import type { ChunkName, Site } from './errors';
import { allocate } from './meter';
import type { LuaValue } from './values';

/** A chunk as JavaScript: the body of a function with the parameters `H` (helpers), `K` (sites), `C` (constants). */
export interface EmittedChunk {
  readonly code: string;
  readonly sites: readonly Site[];
  readonly constants: readonly LuaValue[];
  /** The bytes of JavaScript stack that the largest function's frame is taken to need. */
  readonly frameSize: number;
}

/** Names of the helpers in generated code; `compile.ts` provides them under these names. */
export const HELPERS =
  'S E T V first all fn at method index indexKey setIndex setKey field list room finish add sub mul div mod pow minus len concat ' +
  'eq lt le forNumber noGlobal setGlobal next inext step legacyArg floor deep call tail';

/** Characters of generated code that run in about the time of one step. */
const CODE_PER_STEP = 128;
/** A function that keeps no record of its calls is counted by its callers, unless it is longer than this. */
const LONGEST_UNCOUNTED = 1_024;

/** How many steps a piece of code counts as: a loop may hold a thousand statements. */
function spending(code: string): string {
  const steps = 1 + Math.floor(code.length / CODE_PER_STEP);
  return steps === 1 ? '--S.budget < 0' : `(S.budget -= ${String(steps)}) < 0`;
}

/** More arguments than these are counted where a function takes any number. */
const FEW_ARGUMENTS = 16;

const tick = (code: string): string => `if (${spending(code)}) S.check();`;

const FOR_PARTS = ['"initial value"', '"limit"', '"step"'];

/**
 * Turns the tree into JavaScript.
 *
 * One JavaScript function per Lua function, locals as locals. In the deep form functions are generators that hand each
 * call to a loop (`trampoline.ts`), so that neither nesting nor tail calls use JavaScript stack and coroutines can stop
 * anywhere; it is slower and used only where needed.
 */
export function emit(main: FunctionBody, chunk: ChunkName, names: GlobalNames, deep: boolean): EmittedChunk {
  return new Emitter(chunk, names, deep).emitChunk(main);
}

/** Turns functions and statements into JavaScript. */
class Emitter extends ExpressionEmitter {
  #frameSize = 0;

  emitChunk(main: FunctionBody): EmittedChunk {
    const body = this.function(main);
    const { sites, constants } = this.references;
    const siteNames = sites.map((_, i) => `K${String(i)} = K[${String(i)}]`);
    const constantNames = constants.map((_, i) => `C${String(i)} = C[${String(i)}]`);
    const declared = [`{ ${HELPERS.split(' ').join(', ')} } = H`, ...siteNames, ...constantNames].join(', ');
    const code = `"use strict";\nconst ${declared};\nreturn ${body};`;
    return { code, sites, constants, frameSize: this.#frameSize };
  }

  // Functions

  protected override function(body: FunctionBody): string {
    const isLeaf = !this.deep && everyCall(body, (call) => this.isPlainCall(call));
    const frame: Frame = { parent: this.frame, isLeaf, temporaries: ['t'], zero: undefined };
    this.frame = frame;
    const statements = this.block(body.body);
    this.frame = frame.parent;
    if (body.line !== 0)
      this.#frameSize = Math.max(this.#frameSize, 200 + 16 * (body.locals + frame.temporaries.length));
    const parameters = body.parameters.map(({ id }) => id);
    if (body.isVararg) parameters.push('...v');
    const arg =
      body.legacyArg === undefined ? '' : `let ${body.legacyArg.id}${body.usesVararg ? '' : ' = legacyArg(v)'};`;
    const enter = this.deep
      ? tick(statements)
      : isLeaf
        ? statements.length > LONGEST_UNCOUNTED
          ? tick(statements)
          : ''
        : `if (++S.depth > S.limit || ${spending(statements)}) S.enter(); S.frames[S.depth] = S.at;`;
    const leave = body.body.at(-1)?.kind === 'return' ? '' : `${this.leave(frame)}return E;`;
    const spread = body.isVararg ? `if (v.length > ${String(FEW_ARGUMENTS)}) S.consume(v.length >> 3); ` : '';
    const text = `(${parameters.join(', ')}) {\n${enter} ${spread}let ${frame.temporaries.join(', ')};${arg}\n${statements}${leave}\n}`;
    allocate(text.length);
    return this.deep ? `deep(function*${text})` : `function${text}`;
  }

  protected leave(frame: Frame | undefined): string {
    return this.deep || frame?.isLeaf === true ? '' : 'S.depth--; ';
  }

  // Statements

  protected block(statements: readonly Statement[]): string {
    return statements.map((statement) => this.statement(statement)).join('');
  }

  protected statement(statement: Statement): string {
    switch (statement.kind) {
      case 'localDeclaration':
        return this.local(statement.variables, statement.values);
      case 'assignment':
        return this.assignment(statement.targets, statement.values, statement.line);
      case 'callStatement':
        return `${this.call(statement.call)};\n`;
      case 'block':
        return `{\n${this.block(statement.body)}}\n`;
      case 'while':
        return this.while(statement);
      case 'repeat':
        return this.repeat(statement);
      case 'if':
        return this.if(statement);
      case 'numericFor':
        return this.numericFor(statement);
      case 'genericFor':
        return this.genericFor(statement);
      case 'localFunction':
        return this.localFunction(statement.variable, statement.body);
      case 'return':
        return this.return(statement.values);
      case 'break':
        return 'break;\n';
    }
  }

  protected while({ condition, body }: Statement & { kind: 'while' }): string {
    const test = this.condition(condition);
    const text = this.block(body);
    return `while (${test}) { ${tick(test + text)}\n${text}}\n`;
  }

  protected repeat({ body, condition }: Statement & { kind: 'repeat' }): string {
    const endsEarly = body.at(-1)?.kind === 'return' || body.at(-1)?.kind === 'break';
    const statements = this.block(body);
    const text = statements + (endsEarly ? '' : `if (${this.condition(condition)}) break;`);
    return `for (;;) { ${tick(text)}\n${text} }\n`;
  }

  protected if({ clauses, otherwise }: Statement & { kind: 'if' }): string {
    const branches = clauses.map(({ condition, body }) => `if (${this.condition(condition)}) {\n${this.block(body)}}`);
    const last = otherwise === undefined ? '' : ` else {\n${this.block(otherwise)}}`;
    return `${branches.join(' else ')}${last}\n`;
  }

  protected declare(variable: Variable): string {
    return variable.sources.length > 1 ? 'let' : 'const';
  }

  protected local(variables: readonly Variable[], values: readonly Expression[]): string {
    const [variable] = variables;
    const [value] = values;
    if (variables.length === 1 && values.length === 1 && variable !== undefined && value !== undefined) {
      const text = this.expression(value);
      if (value.kind === 'function' && variable.sources.length === 1) this.functions.add(variable);
      return `${this.declare(variable)} ${variable.id} = ${text};\n`;
    }
    const { setup, texts } = this.spread(values, variables.length);
    return setup + variables.map((each, i) => `let ${each.id} = ${texts[i] ?? 'undefined'};\n`).join('');
  }

  protected localFunction(variable: Variable, body: FunctionBody): string {
    if (variable.sources.length === 1) this.functions.add(variable);
    return `${this.declare(variable)} ${variable.id} = ${this.function(body)};\n`;
  }

  /** Evaluates a list for `count` places, in order; `texts` may then be read in any order. */
  protected spread(values: readonly Expression[], count: number): { setup: string; texts: string[] } {
    let setup = '';
    const texts: string[] = [];
    values.forEach((value, i) => {
      const isLast = i === values.length - 1;
      if (isLast && i < count - 1 && isMulti(value)) {
        const name = this.fresh('r');
        setup += `const ${name} = ${this.multi(value)};\n`;
        for (let j = i; j < count; j++) texts.push(`${name}[${String(j - i)}]`);
      } else if (i >= count) {
        setup += `${this.expression(value)};\n`;
      } else {
        const name = this.fresh('r');
        setup += `const ${name} = ${this.expression(value)};\n`;
        texts.push(name);
      }
    });
    return { setup, texts };
  }

  protected assignment(targets: readonly Target[], values: readonly Expression[], line: number): string {
    const [target] = targets;
    const [value] = values;
    if (
      targets.length === 1 &&
      values.length === 1 &&
      target !== undefined &&
      value !== undefined &&
      !readsLate(target)
    ) {
      const store = this.place(target, line);
      return store(this.expression(value));
    }
    let places = '';
    const hold = (part: Expression, later: readonly Target[]): string => {
      if (isReadLate(part) && !later.some((other) => assigns(other, part))) return this.expression(part);
      const name = this.fresh('o');
      places += `const ${name} = ${this.expression(part)};\n`;
      return name;
    };
    const stores = targets.map((each, i): ((text: string) => string) => {
      if (each.kind !== 'index') return this.place(each, line);
      const later = targets.slice(i + 1);
      const object = hold(each.object, later);
      const key = hold(each.key, later);
      return (text) => `setIndex(${object}, ${key}, ${text}, ${this.site(line, this.describe(each.object))});\n`;
    });
    const { setup, texts } = this.spread(values, targets.length);
    const written = stores.map((store, i) => store(texts[i] ?? 'undefined')).reverse();
    return `{ ${places}${setup}${written.join('')}}\n`;
  }

  /** A place, and the text that stores there. It is translated before the value, as Lua does: see `Frame.zero`. */
  protected place(target: Target, line: number): (text: string) => string {
    switch (target.kind) {
      case 'local':
        return (text) => `${target.variable.id} = ${text};\n`;
      case 'global':
        return (text) => `setGlobal(${JSON.stringify(target.name)}, ${text}, ${this.site(line)});\n`;
      case 'index': {
        const site = this.site(target.line, this.describe(target.object));
        const object = this.expression(target.object);
        if (isShortText(target.key)) {
          const key = JSON.stringify(target.key.value);
          return (text) => `setKey(${object}, ${key}, ${text}, ${site});\n`;
        }
        const key = this.expression(target.key);
        return (text) => `setIndex(${object}, ${key}, ${text}, ${site});\n`;
      }
    }
  }

  protected numericFor({ variable, start, limit, step, body, line }: Statement & { kind: 'numericFor' }): string {
    const site = this.site(line);
    const [i, end, by] = [this.fresh('i'), this.fresh('e'), this.fresh('s')];
    const stepValue: Expression = step ?? { kind: 'number', value: 1 };
    const parts = [start, limit, stepValue].map((value) => this.expression(value));
    const names = [i, end, by];
    const checks = [start, limit, stepValue]
      .map((value, n) =>
        isNumeric(value) ? '' : `${names[n] ?? ''} = forNumber(${names[n] ?? ''}, ${FOR_PARTS[n] ?? ''}, ${site}); `,
      )
      .join('');
    const literal = stepValue.kind === 'number' ? stepValue.value : undefined;
    // Lua steps back before the first round, which is visible with fractions.
    const isWhole = start.kind === 'number' && Number.isInteger(start.value) && Number.isInteger(literal);
    const begin = isWhole ? '' : `${i} = ${i} - ${by} + ${by};`;
    const test =
      literal === undefined
        ? `${by} > 0 ? ${i} <= ${end} : ${i} >= ${end}`
        : literal > 0
          ? `${i} <= ${end}`
          : `${i} >= ${end}`;
    const text = this.block(body);
    return (
      `{ let ${i} = ${parts[0] ?? ''}, ${end} = ${parts[1] ?? ''}, ${by} = ${parts[2] ?? ''}; ${checks}${begin}\n` +
      `for (; ${test}; ${i} += ${literal === undefined ? by : `(${String(literal)})`}) { ${tick(text)} let ${variable.id} = ${i};\n${text}} }\n`
    );
  }

  protected genericFor({ variables, values, body, line }: Statement & { kind: 'genericFor' }): string {
    const [f, s, c, r] = [this.fresh('f'), this.fresh('s'), this.fresh('c'), this.fresh('r')];
    const [key, value, ...others] = variables;
    const { setup, texts } = this.spread(values, 3);
    const site = this.site(line);
    const named = this.site(line, "local '(for generator)'");
    const k = key?.id ?? '';
    const v = value?.id ?? this.fresh('v');
    const call = this.deep
      ? `(call(${f}, ${site}, [${s}, ${c}]) ? yield : S.result)`
      : `at(fn(${f}, ${site}), ${named})(${s}, ${c})`;
    const rest = others.map(({ id }, i) => `${id} = ${r}[${String(i + 2)}];`).join(' ');
    const extra = others.length === 0 ? '' : `, ${others.map(({ id }) => id).join(', ')}`;
    const text = this.block(body);
    return (
      `{ ${setup}let ${f} = ${texts[0] ?? 'undefined'}, ${s} = ${texts[1] ?? 'undefined'}, ${c} = ${texts[2] ?? 'undefined'};\n` +
      `for (;;) { ${tick(text)} let ${k}, ${v}${extra};\n` +
      `if (${f} === next && ${s} instanceof T) { ${k} = step(${s}, ${c}, ${named}); if (${k} === undefined) break; ${v} = ${s}.get(${k}); }\n` +
      `else if (${f} === inext && ${s} instanceof T) { ${k} = ${c} + 1; ${v} = ${s}.getNumber(${k}); if (${v} === undefined) break; }\n` +
      `else { const ${r} = all(${call}); ${k} = ${r}[0]; if (${k} === undefined) break; ${v} = ${r}[1]; ${rest} }\n` +
      `${c} = ${k};\n${text}} }\n`
    );
  }

  protected return(values: readonly Expression[]): string {
    const leave = this.leave(this.frame);
    const [value] = values;
    if (value === undefined) return `${leave}return E;\n`;
    if (values.length > 1) return this.leaveWith(leave, `[${this.list(values)}]`, values.some(containsCall));
    if (value.kind === 'vararg') return `${leave}return v;\n`;
    if (value.kind !== 'call') return this.leaveWith(leave, this.expression(value), containsCall(value));
    if (this.deep && this.staticFunction(value) === undefined) return `return ${this.deepCall(value, 'tail')};\n`;
    return this.leaveWith(leave, this.call(value), true);
  }

  protected leaveWith(leave: string, text: string, calls: boolean): string {
    return leave === '' || !calls ? `${leave}return ${text};\n` : `t = ${text}; ${leave}return t;\n`;
  }
}

/** Whether Lua reads parts of a place only when it stores there. */
function readsLate(target: Target): boolean {
  return target.kind === 'index' && (isReadLate(target.object) || isReadLate(target.key));
}
