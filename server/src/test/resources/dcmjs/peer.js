// dcmjs-dimse as a peer in tests. Reads one line of JSON from standard input, answers with lines of JSON.
// {"role": "scu", ...} runs the operations asked for, one association each; {"role": "scp", ...} serves until its input ends.
const fs = require('fs');
const dimse = require('dcmjs-dimse');
const { Client, Dataset, Scp, Server } = dimse;
const { CEchoRequest, CFindRequest, CGetRequest, CMoveRequest, CStoreRequest } = dimse.requests;
const { CEchoResponse, CFindResponse, CGetResponse, CMoveResponse, CStoreResponse } = dimse.responses;
const { PresentationContextResult, Status, TransferSyntax } = dimse.constants;
dimse.log.level = 'error';

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

const security = (tls) =>
  tls && {
    key: fs.readFileSync(tls.key),
    cert: fs.readFileSync(tls.certificate),
    ca: fs.readFileSync(tls.ca),
    requestCert: true,
    rejectUnauthorized: true,
  };

function counts(response) {
  return {
    remaining: response.getRemaining(),
    completed: response.getCompleted(),
    failed: response.getFailures(),
    warning: response.getWarnings(),
  };
}

function requests(step) {
  switch (step.operation) {
    case 'echo':
      return [new CEchoRequest()];
    case 'store':
      return step.files.map((file) => new CStoreRequest(file));
    case 'find':
      return [CFindRequest.createStudyFindRequest(step.keys)];
    case 'get':
      return [CGetRequest.createStudyGetRequest(step.study)];
    case 'move':
      return [CMoveRequest.createStudyMoveRequest(step.destination, step.study)];
    default:
      throw new Error('no operation ' + step.operation);
  }
}

function run(config, step) {
  return new Promise((resolve) => {
    const result = { operation: step.operation, statuses: [], matches: [], received: [] };
    const client = new Client();
    for (const request of requests(step)) {
      request.on('response', (response) => {
        result.statuses.push(response.getStatus());
        if (step.operation === 'find' && response.hasDataset()) {
          result.matches.push(response.getDataset().getElement('StudyInstanceUID'));
        }
        if (step.operation === 'get' || step.operation === 'move') {
          result.counts = counts(response);
        }
      });
      client.addRequest(request);
    }
    client.on('cStoreRequest', (request, callback) => {
      result.received.push(request.getAffectedSopInstanceUid());
      const response = CStoreResponse.fromRequest(request);
      response.setStatus(Status.Success);
      callback(response);
    });
    client.on('associationRejected', (reject) => (result.rejected = reject));
    client.on('networkError', (e) => (result.error = e.message));
    client.on('closed', () => resolve(result));
    client.send(config.host, config.port, config.calling, config.called, {
      securityOptions: security(config.tls),
      asyncOps: step.window && { maxAsyncOpsInvoked: step.window, maxAsyncOpsPerformed: 1 },
      userIdentity: step.user && { type: 1, positiveResponseRequested: true, primaryField: step.user },
    });
  });
}

const stored = new Map();
let settings = {};

const LEVELS = [
  { level: 'STUDY', key: 'StudyInstanceUID' },
  { level: 'SERIES', key: 'SeriesInstanceUID' },
  { level: 'IMAGE', key: 'SOPInstanceUID' },
];

// What is stored and has the UIDs asked for; one, or a list of them.
function wanted(keys) {
  const fits = (one, key) => {
    const asked = keys.getElement(key);
    return !asked || asked.length === 0 || [asked].flat().includes(one.getElement(key));
  };
  return [...stored.values()].filter((one) => LEVELS.every(({ key }) => fits(one, key)));
}

function counted(response, completed) {
  response.setStatus(Status.Success);
  response.setCompleted(completed);
  response.setFailures(0);
  response.setWarnings(0);
  return response;
}

class Peer extends Scp {
  constructor(socket, options) {
    super(socket, options);
    this.association = undefined;
  }

  associationRequested(association) {
    this.association = association;
    association.getPresentationContexts().forEach((c) => {
      const context = association.getPresentationContext(c.id);
      const wanted = [TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian];
      const chosen = wanted.find((syntax) => context.getTransferSyntaxUids().includes(syntax));
      if (chosen) {
        context.setResult(PresentationContextResult.Accept, chosen);
      } else {
        context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
      }
    });
    this.sendAssociationAccept();
  }

  cEchoRequest(request, callback) {
    const response = CEchoResponse.fromRequest(request);
    response.setStatus(Status.Success);
    callback(response);
  }

  cStoreRequest(request, callback) {
    stored.set(request.getAffectedSopInstanceUid(), request.getDataset());
    say({ stored: request.getAffectedSopInstanceUid(), calling: this.association.getCallingAeTitle() });
    const response = CStoreResponse.fromRequest(request);
    response.setStatus(Status.Success);
    callback(response);
  }

  cFindRequest(request, callback) {
    const keys = request.getDataset();
    const level = keys.getElement('QueryRetrieveLevel');
    const answered = LEVELS.slice(0, LEVELS.findIndex((one) => one.level === level) + 1).map((one) => one.key);
    const found = new Map();
    for (const one of wanted(keys)) {
      const match = { QueryRetrieveLevel: level };
      answered.forEach((key) => (match[key] = one.getElement(key)));
      if (level === 'IMAGE') {
        match.SOPClassUID = one.getElement('SOPClassUID');
      }
      found.set(match[answered.at(-1)], match);
    }
    const responses = [...found.values()].map((match) => {
      const response = CFindResponse.fromRequest(request);
      response.setDataset(new Dataset(match));
      response.setStatus(Status.Pending);
      return response;
    });
    const last = CFindResponse.fromRequest(request);
    last.setStatus(Status.Success);
    callback([...responses, last]);
  }

  cGetRequest(request, callback) {
    const stores = wanted(request.getDataset()).map((one) => new CStoreRequest(one));
    let left = stores.length;
    const finished = () => callback([counted(CGetResponse.fromRequest(request), stores.length)]);
    stores.forEach((store) => store.on('response', () => --left === 0 && finished()));
    if (stores.length === 0) {
      finished();
    }
    this.sendRequests(stores);
  }

  cMoveRequest(request, callback) {
    const instances = wanted(request.getDataset());
    const client = new Client();
    instances.forEach((one) => client.addRequest(new CStoreRequest(one)));
    client.on('networkError', (e) => say({ error: e.message }));
    client.on('closed', () => callback([counted(CMoveResponse.fromRequest(request), instances.length)]));
    const to = settings.destination;
    client.send(to.host, to.port, settings.calling, to.called, { securityOptions: security(settings.tls) });
  }

  associationReleaseRequested() {
    this.sendAssociationReleaseResponse();
  }
}

async function main(config) {
  settings = config;
  if (config.role === 'scp') {
    const server = new Server(Peer);
    server.on('networkError', (e) => say({ error: e.message }));
    server.listen(config.port, { securityOptions: security(config.tls) });
    say({ listening: config.port });
    process.stdin.on('end', () => process.exit(0));
    return;
  }
  for (const step of config.steps) {
    say(await run(config, step));
  }
  process.exit(0);
}

let input = '';
let begun = false;
process.stdin.on('data', (chunk) => {
  input += chunk;
  if (!begun && input.includes('\n')) {
    begun = true;
    main(JSON.parse(input)).catch((e) => {
      say({ error: e.stack });
      process.exit(1);
    });
  }
});
