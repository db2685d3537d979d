/** The calls of a Temporal server that a client makes when it connects, on real gRPC; nothing runs workflows here. */
'use strict';
const grpc = require('@grpc/grpc-js');
const { grpc: health, temporal } = require('@temporalio/proto');

const { HealthCheckRequest, HealthCheckResponse } = health.health.v1;
const api = temporal.api.workflowservice.v1;
const WORKFLOWS = 'temporal.api.workflowservice.v1.WorkflowService';

/** One call: its path, the types of what is asked and answered, and the answer. */
const unary = (path, asked, answered) => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => Buffer.from(asked.encode(value).finish()),
  requestDeserialize: (bytes) => asked.decode(bytes),
  responseSerialize: (value) => Buffer.from(answered.encode(value).finish()),
  responseDeserialize: (bytes) => answered.decode(bytes),
});

/**
 * Serves at an address until it is closed.
 * @param {string} address `127.0.0.1:0`
 * @param {{ namespaces: readonly string[], status?: number, onHealth?: () => void, isUnavailable?: () => boolean, credentials?: import('@grpc/grpc-js').ServerCredentials, apiKey?: string }} options
 */
async function serve(address, { namespaces, status = 1, onHealth, isUnavailable, credentials, apiKey }) {
  const server = new grpc.Server();
  const guarded = (answer) => (call, done) => {
    const refused = apiKey !== undefined && call.metadata.get('authorization')[0] !== `Bearer ${apiKey}`;
    if (isUnavailable?.() === true) done({ code: grpc.status.UNAVAILABLE, details: 'not now' });
    else if (refused) done({ code: grpc.status.UNAUTHENTICATED, details: 'the API key is wrong' });
    else answer(call.request, done);
  };
  server.addService(
    { check: unary('/grpc.health.v1.Health/Check', HealthCheckRequest, HealthCheckResponse) },
    {
      check: guarded((_, done) => {
        done(null, { status });
        onHealth?.();
      }),
    },
  );
  server.addService(
    {
      info: unary(`/${WORKFLOWS}/GetSystemInfo`, api.GetSystemInfoRequest, api.GetSystemInfoResponse),
      namespace: unary(`/${WORKFLOWS}/DescribeNamespace`, api.DescribeNamespaceRequest, api.DescribeNamespaceResponse),
    },
    {
      info: guarded((_, done) => done(null, { serverVersion: '1.2.3-test', capabilities: {} })),
      namespace: guarded(({ namespace }, done) => {
        if (namespaces.includes(namespace)) done(null, { namespaceInfo: { name: namespace } });
        else done({ code: grpc.status.NOT_FOUND, details: `Namespace ${namespace} is not found.` });
      }),
    },
  );
  const port = await new Promise((resolve, reject) => {
    server.bindAsync(address, credentials ?? grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

module.exports = { serve };
