import { once } from 'node:events';
import { loadConfig } from '../../../src/config';
import {
  type App,
  type AppModule,
  createApplication,
  createMultiToken,
  createToken,
  type ShutdownError,
  silentLogger,
  StartupError,
} from '../../../src/container';

const Value = createToken<string>('Value');
const { config } = loadConfig({ configFile: false });

const appOf = (...modules: AppModule[]): App => createApplication({ config, logger: silentLogger, modules });

/** A module that writes down what happens to it. */
const recorder = (name: string, log: string[], rest: Partial<AppModule> = {}): AppModule => ({
  name,
  provides: [],
  requires: [],
  onInit: ({ defer }) => {
    log.push(`${name} init`);
    defer(() => void log.push(`${name} cleanup`));
  },
  onShutdown: () => void log.push(`${name} shutdown`),
  ...rest,
});

describe('FR-14: the lifecycle', () => {
  it('starts in order and stops in reverse, cleanups after the hook', async () => {
    const log: string[] = [];
    const app = await appOf(recorder('a', log), recorder('b', log)).start();
    const report = await app.stop();
    expect(log).toEqual(['a init', 'b init', 'b shutdown', 'b cleanup', 'a shutdown', 'a cleanup']);
    expect(report.modules).toMatchObject([
      { module: 'b', status: 'stopped', errors: [] },
      { module: 'a', status: 'stopped', errors: [] },
    ]);
  });

  it('starts one module after the other, not together', async () => {
    const log: string[] = [];
    const slow = recorder('slow', log, {
      onInit: async () => {
        await new Promise(setImmediate);
        log.push('slow ready');
      },
    });
    await appOf(slow, recorder('next', log)).start();
    expect(log).toEqual(['slow ready', 'next init']);
  });

  it('runs the cleanups of the module that failed, then stops the others, and names module and cause', async () => {
    const log: string[] = [];
    const failing = recorder('failing', log, {
      onInit: ({ defer }) => {
        defer(() => void log.push('first cleanup'));
        defer(() => void log.push('second cleanup'));
        throw new Error('no room');
      },
    });
    const app = appOf(recorder('a', log), failing, recorder('never', log));
    const error: unknown = await app.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartupError);
    expect(error).toMatchObject({ code: 'STARTUP_FAILED', module: 'failing', cause: { message: 'no room' } });
    expect(log).toEqual(['a init', 'second cleanup', 'first cleanup', 'a shutdown', 'a cleanup']);
  });

  it('attempts every hook and every cleanup when some fail, and reports all of it', async () => {
    const log: string[] = [];
    const fail = (text: string) => (): never => {
      throw new Error(text);
    };
    const failing = recorder('failing', log, {
      onInit: ({ defer }) => {
        defer(() => void log.push('cleanup after all'));
        defer(fail('cleanup broke'));
      },
      onShutdown: fail('hook broke'),
    });
    const app = await appOf(recorder('a', log), failing).start();
    const error = await app.stop().catch((thrown: unknown) => thrown as ShutdownError);
    expect(error).toMatchObject({ code: 'SHUTDOWN_INCOMPLETE' });
    expect(log).toEqual(['a init', 'cleanup after all', 'a shutdown', 'a cleanup']);
    expect((error as ShutdownError).report.modules).toMatchObject([
      { module: 'failing', status: 'failed', errors: [{ message: 'hook broke' }, { message: 'cleanup broke' }] },
      { module: 'a', status: 'stopped' },
    ]);
  });

  it('does not let a module that hangs take the time reserved for another', async () => {
    const log: string[] = [];
    let granted = 0;
    const snapshot = recorder('snapshot', log, {
      timeouts: { shutdown: 400 },
      onShutdown: async ({ signal }) => {
        const begin = performance.now();
        await once(signal, 'abort');
        granted = performance.now() - begin;
      },
    });
    const hanging = recorder('hanging', log, { onShutdown: () => new Promise<never>(() => undefined) });
    const app = await appOf(snapshot, hanging).start();
    const error = await app.stop({ timeoutMs: 500 }).catch((thrown: unknown) => thrown as ShutdownError);
    const { modules } = (error as ShutdownError).report;
    expect(modules).toMatchObject([
      { module: 'hanging', status: 'timed-out' },
      { module: 'snapshot', status: 'timed-out' },
    ]);
    expect(granted).toBeGreaterThan(350);
  });

  it('starts once and stops once, however often it is asked', async () => {
    const log: string[] = [];
    const app = appOf(recorder('a', log));
    await Promise.all([app.start(), app.start()]);
    const reports = await Promise.all([app.stop(), app.stop()]);
    expect(reports[0]).toBe(reports[1]);
    expect(log).toEqual(['a init', 'a shutdown', 'a cleanup']);
    await expect(app.start()).rejects.toMatchObject({ code: 'APP_STOPPED' });
  });

  it('stops at the end of an "await using" block', async () => {
    const log: string[] = [];
    {
      await using app = appOf(recorder('a', log));
      await app.start();
    }
    expect(log).toEqual(['a init', 'a shutdown', 'a cleanup']);
  });

  it('aborts a start under way when stopped, and gives back what was acquired', async () => {
    const log: string[] = [];
    const waiting = recorder('waiting', log, {
      onInit: async ({ signal, defer }) => {
        defer(() => void log.push('given back'));
        await once(signal, 'abort');
        throw new Error('interrupted');
      },
    });
    const app = appOf(waiting, recorder('never', log));
    const starting = app.start();
    await Promise.all([expect(starting).rejects.toBeInstanceOf(StartupError), app.stop()]);
    expect(log).toEqual(['given back']);
  });

  it('fails a start that takes longer than the module allows', async () => {
    const endless = recorder('endless', [], {
      timeouts: { init: 20 },
      onInit: () => new Promise<never>(() => undefined),
    });
    await expect(appOf(endless).start()).rejects.toMatchObject({ code: 'START_TIMED_OUT', module: 'endless' });
  });

  it('gives back at once what a module acquires when its start has failed already', async () => {
    const log: string[] = [];
    let acquire: () => void = () => undefined;
    const late = recorder('late', log, {
      timeouts: { init: 20 },
      onInit: async ({ defer }) => {
        await new Promise<void>((resolve) => (acquire = resolve));
        defer(() => void log.push('given back'));
      },
    });
    await expect(appOf(late).start()).rejects.toMatchObject({ code: 'START_TIMED_OUT' });
    acquire();
    await new Promise(setImmediate);
    expect(log).toEqual(['given back']);
  });
});

describe('what modules provide', () => {
  const provider: AppModule = {
    name: 'provider',
    provides: [Value],
    requires: [],
    onInit: ({ provide }) => {
      provide(Value, 'made late');
    },
  };
  const Derived = createToken<{ readonly text: string }>('Derived');
  const derived: AppModule = {
    name: 'derived',
    provides: [Derived],
    requires: [Value],
    bind: (binder) => {
      binder.bind(Derived, [Value], (value) => ({ text: `from ${value}` }));
    },
  };

  it('is made once, of values that came to exist while starting', async () => {
    const app = await appOf(derived, provider).start();
    expect(app.get(Derived)).toEqual({ text: 'from made late' });
    expect(app.get(Derived)).toBe(app.get(Derived));
  });

  it('is isolated between applications', async () => {
    const [one, two] = await Promise.all([appOf(derived, provider).start(), appOf(derived, provider).start()]);
    expect(one.get(Derived)).not.toBe(two.get(Derived));
  });

  it('is available only while the application runs', async () => {
    const app = appOf(provider);
    expect(() => app.get(Value)).toThrow(expect.objectContaining({ code: 'APP_NOT_RUNNING' }));
    await app.start();
    expect(app.get(Value)).toBe('made late');
    expect(() => app.get(Derived)).toThrow(expect.objectContaining({ code: 'TOKEN_NOT_AVAILABLE' }));
    await app.stop();
    expect(() => app.get(Value)).toThrow(expect.objectContaining({ code: 'APP_NOT_RUNNING' }));
  });

  it('is one value, with and without something that is made of others', async () => {
    const twice = recorder('twice', [], {
      onInit: ({ provide }) => {
        provide(Value, 'one');
        provide(Value, 'another');
      },
    });
    for (const modules of [[{ ...twice, provides: [Value] }], [{ ...twice, provides: [Value] }, derived]]) {
      const app = await appOf(...modules).start();
      expect(() => app.get(Value)).toThrow(expect.objectContaining({ code: 'TOKEN_NOT_AVAILABLE' }));
    }
  });

  it.each([[[]], [[derived, provider]]])('of several modules stands in their order', async (others) => {
    const Several = createMultiToken<string>('Several');
    const adding = (name: string): AppModule => ({
      name,
      provides: [Several],
      requires: [],
      bind: (binder) => {
        binder.add(Several, name);
      },
    });
    const app = await appOf(adding('first'), ...others, adding('second')).start();
    expect(app.get(Several)).toEqual(['first', 'second']);
    expect((await appOf(...others).start()).get(Several)).toEqual([]);
  });

  it('must be declared to be used', async () => {
    const greedy = recorder('greedy', [], { onInit: ({ get }) => void get(Value) });
    await expect(appOf(provider, greedy).start()).rejects.toMatchObject({ code: 'TOKEN_NOT_DECLARED' });
    const generous = recorder('generous', [], {
      onInit: ({ provide }) => {
        provide(Derived, { text: '' });
      },
    });
    await expect(appOf(generous).start()).rejects.toMatchObject({ code: 'TOKEN_NOT_DECLARED' });
  });

  it('says what could not be made and why', async () => {
    const broken: AppModule = {
      name: 'broken',
      provides: [Derived],
      requires: [],
      bind: (binder) => {
        binder.bind(Derived, [], () => {
          throw new Error('out of paper');
        });
      },
    };
    const app = await appOf(broken).start();
    expect(() => app.get(Derived)).toThrow(
      expect.objectContaining({ code: 'TOKEN_NOT_AVAILABLE', message: expect.stringContaining('out of paper') }),
    );
  });
});
