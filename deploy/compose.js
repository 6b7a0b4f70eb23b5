// Composes functions, rights, schedules and alarms of the slices that `--param slices=…` names, from what these say of
// themselves: deploy/slices.json, which deploy/table.py writes, and deploy/slices/<slice>.yml.
"use strict";

const fs = require("fs");
const path = require("path");
const SLICES = require("./slices.json");
const { endpoints, refuseOutside } = require("./network.js");

const SHARED = ["worker", "scheduled"]; // functions that do the work of several slices, beside the API
const METRIC = {
  Namespace: "JockeyAPI",
  Dimensions: [
    { Name: "service", Value: "${self:service}" },
    { Name: "stage", Value: "${sls:stage}" },
  ],
  Statistic: "Sum",
  Period: 300,
};
const ALARM = {
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "notBreaching",
  AlarmActions: [{ Ref: "AlarmTopic" }],
  OKActions: [{ Ref: "AlarmTopic" }],
};

const refuse = (sentence) => {
  throw new Error(sentence);
};
const merged = (parts) => Object.assign({}, ...parts);
const pascal = (name) => name.replace(/(^|-)(\w)/g, (_all, _dash, letter) => letter.toUpperCase());
const arn = (resource) => ({ "Fn::GetAtt": [resource, "Arn"] });
const policy = (name, statements) => ({
  PolicyName: name,
  PolicyDocument: { Version: "2012-10-17", Statement: statements },
});
const role = (name, service, statements, more) => ({
  Type: "AWS::IAM::Role",
  Properties: {
    RoleName: `\${self:service}-\${sls:stage}-\${aws:region}-${name}`,
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    },
    Policies: [policy(name, statements)],
    ...more,
  },
});

/** Name the slices that are chosen, and those that they need, in the order of the table. */
async function chosen(resolve) {
  const given = await resolve("param:slices");
  const wanted = new Set();
  const add = (name) => {
    if (!SLICES[name]) refuse(`slices=${given}: ${name} is not known. There are ${Object.keys(SLICES).join(", ")}.`);
    if (!wanted.has(name)) {
      wanted.add(name);
      SLICES[name].needs.forEach(add);
    }
  };
  given.split(",").filter(Boolean).forEach((name) => add(name.trim()));
  return Object.keys(SLICES).filter((name) => wanted.has(name));
}

/** List a slice's file, and what its `switches` add to it for the values that their parameters have. */
async function switched(resolve, file) {
  const added = [file];
  for (const [parameter, values] of Object.entries(file.switches || {})) {
    const part = values[await resolve(`param:${parameter}`)];
    if (part) added.push(part);
  }
  return added;
}

/** Tell whether a slice has nothing to do on a schedule, by the values that its `paused` lists for parameters. */
async function paused(resolve, file) {
  for (const [parameter, values] of Object.entries(file.paused || {})) {
    if (values.includes(await resolve(`param:${parameter}`))) return true;
  }
  return false;
}

/** Read what is deployed: the slices, their functions by the services that each calls, and the files of both. */
async function read(resolve) {
  const names = await chosen(resolve);
  const files = {};
  const functions = { api: new Set() };
  for (const name of names) {
    const file = `slices/${name}.yml`;
    files[name] = fs.existsSync(path.join(__dirname, file)) ? await resolve(`file(deploy/${file})`) : {};
    for (const [each, services] of Object.entries(SLICES[name].functions)) {
      functions[each] = new Set([...(functions[each] || []), ...services]);
    }
  }
  const parts = [];
  for (const file of Object.values(files)) parts.push(...(await switched(resolve, file)));
  if (Object.values(functions).some((each) => each.has("dynamodb"))) parts.push(await resolve("file(deploy/store.yml)"));
  if (functions.worker) parts.push(await resolve("file(deploy/jobs.yml)"));
  const schedules = [];
  for (const name of names) {
    const State = (await paused(resolve, files[name])) ? "DISABLED" : "ENABLED";
    for (const [job, schedule] of Object.entries(SLICES[name].schedules)) schedules.push([job, { ...schedule, State }]);
  }
  if (schedules.length > 0) parts.push(await resolve("file(deploy/scheduled.yml)"));
  await refuseOutside(resolve, files);
  return { functions, parts, schedules };
}

/** List what a function may do: read the data, use table and queue where it calls them, and what its slices ask for. */
async function rights(resolve, { functions, parts, schedules }, name) {
  const calls = functions[name];
  const dead = schedules.some(([, schedule]) => schedule.function === name);
  const [source, store, jobs] = [await resolve("param:source"), "file(deploy/store.yml)", "file(deploy/jobs.yml)"];
  return [
    ...(await resolve(`file(deploy/source.yml):${source}.statements`)),
    ...(calls.has("dynamodb") ? await resolve(`${store}:statements`) : []),
    ...(calls.has("sqs") ? await resolve(`${jobs}:send`) : []),
    ...(dead ? await resolve("file(deploy/scheduled.yml):send") : []),
    ...parts.flatMap(({ rights: given = {} }) => [...(given[name] || []), ...(given.every || [])]),
  ];
}

/** Make the role of a function other than the API, whose role the framework makes. */
async function functionRole(resolve, all, name) {
  const logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${self:custom.function}";
  const managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
  const vpc = (await resolve("param:network")) === "vpc";
  const statements = [
    { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: { "Fn::Sub": `${logs}-${name}:*` } },
    { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
    ...(await rights(resolve, all, name)),
  ];
  return role(name, "lambda.amazonaws.com", statements, vpc ? { ManagedPolicyArns: [{ "Fn::Sub": managed }] } : {});
}

/** Make the schedules of the slices, in Japanese time, and the role by which they invoke their functions. */
function scheduled({ schedules }) {
  if (schedules.length === 0) return {};
  const names = [...new Set(schedules.map(([, schedule]) => schedule.function))];
  const target = (name) => arn(`${pascal(name)}LambdaFunction`);
  const dead = arn("ScheduledDeadLetters");
  const made = (job, expression, State, target) => ({
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      Name: `\${self:service}-\${sls:stage}-${job}`,
      ScheduleExpression: expression,
      State,
      ScheduleExpressionTimezone: "Asia/Tokyo",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: target,
        RoleArn: arn("ScheduleRole"),
        Input: JSON.stringify({ source: "graphql_api.jobs", job }),
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 }, // of handing it to Lambda
        DeadLetterConfig: { Arn: dead },
      },
    },
  });
  const retries = (name) => ({
    Type: "AWS::Lambda::EventInvokeConfig",
    DependsOn: `${pascal(name)}Role`,
    Properties: {
      FunctionName: { Ref: `${pascal(name)}LambdaFunction` },
      Qualifier: "$LATEST",
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: dead } },
    },
  });
  const statements = [
    { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: names.map(target) },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: dead },
  ];
  return {
    ScheduleRole: role("schedules", "scheduler.amazonaws.com", statements, {}),
    ...merged(names.map((name) => ({ [`${pascal(name)}Retries`]: retries(name) }))),
    ...merged(
      schedules.map(([job, { expression, function: name, State }]) => ({
        [`${pascal(job)}Schedule`]: made(job, expression, State, target(name)),
      })),
    ),
  };
}

/** Give the alarms of the slices, each by its CloudFormation properties, the usual ones filled in. */
const alarms = (parts) =>
  merged(
    parts.flatMap(({ alarms: given = {} }) =>
      Object.entries(given).map(([name, properties]) => ({
        [`${pascal(name)}Alarm`]: {
          Type: "AWS::CloudWatch::Alarm",
          Properties: {
            AlarmName: `\${self:service}-\${sls:stage}-${name}`,
            ...(properties.Metrics ? {} : METRIC), // an expression has metrics of its own
            ...ALARM,
            ...properties,
          },
        },
      })),
    ),
  );

/** Make the dashboard: the service's page, and below it the widgets of the slices, two in a row. */
async function dashboard(resolve, parts) {
  const page = JSON.parse(await resolve("file(deploy/dashboard.json.txt)"));
  const shown = page.widgets[0].properties.alarms;
  const names = parts.flatMap((each) => Object.keys(each.alarms || {}));
  shown.push(...names.map((name) => shown[0].replace(/-errors$/, `-${name}`)));
  const below = Math.max(...page.widgets.map(({ y, height }) => y + height));
  const own = (metric) => ["JockeyAPI", metric, "service", "${self:service}", "stage", "${sls:stage}"];
  parts
    .flatMap((each) => each.widgets || [])
    .forEach(({ metrics, ...properties }, at) =>
      page.widgets.push({
        ...{ type: "metric", x: 12 * (at % 2), y: below + 6 * Math.floor(at / 2), width: 12, height: 6 },
        properties: {
          ...{ region: "${AWS::Region}", view: "timeSeries", stat: "Sum", period: 300 },
          ...properties,
          metrics: metrics.map((each) => (typeof each === "string" ? own(each) : each)),
        },
      }),
    );
  const body = { "Fn::Sub": JSON.stringify(page) };
  const properties = { DashboardName: "${self:service}-${sls:stage}", DashboardBody: body };
  return { Dashboard: { Type: "AWS::CloudWatch::Dashboard", Properties: properties } };
}

module.exports.statements = async ({ resolveVariable }) => rights(resolveVariable, await read(resolveVariable), "api");

module.exports.environment = async ({ resolveVariable: resolve }) => {
  const { parts } = await read(resolve);
  const source = await resolve(`file(deploy/source.yml):${await resolve("param:source")}`);
  return merged([source, ...parts].map((each) => each.environment || {}));
};

module.exports.store = async ({ resolveVariable }) =>
  Object.values((await read(resolveVariable)).functions).some((calls) => calls.has("dynamodb")) ? "table" : "none";

module.exports.functions = async ({ resolveVariable: resolve }) => {
  const { functions, parts } = await read(resolve);
  const form = await resolve("param:package");
  const made = { api: await resolve(`file(deploy/function.yml):${form}`) };
  const base = await resolve(`file(deploy/function.yml):jobs.${form}`);
  const shared = Object.keys(functions).filter((name) => SHARED.includes(name));
  if (form === "adapter" && shared.length > 0 && !(await resolve("param:jobsImageUri, null"))) {
    refuse(`package=adapter: ${shared.join(" and ")} take jobsImageUri, the image of the target \`function\`.`);
  }
  for (const name of Object.keys(functions).filter((each) => each !== "api")) {
    const own = merged(parts.map((each) => (each.functions || {})[name] || {}));
    const start = SHARED.includes(name) ? base : {}; // a function of a slice's own describes itself
    made[name] = { ...start, name: `\${self:custom.function}-${name}`, role: `${pascal(name)}Role`, ...own };
  }
  return made;
};

module.exports.resources = async ({ resolveVariable: resolve }) => {
  const all = await read(resolve);
  const roles = {};
  for (const name of Object.keys(all.functions).filter((each) => each !== "api")) {
    roles[`${pascal(name)}Role`] = await functionRole(resolve, all, name);
  }
  const statements = [];
  for (const name of Object.keys(all.functions)) statements.push(...(await rights(resolve, all, name)));
  return {
    Resources: {
      ...merged(all.parts.map((each) => each.resources || {})),
      ...roles,
      ...scheduled(all),
      ...alarms(all.parts),
      ...(await dashboard(resolve, all.parts)),
      ...(await endpoints(resolve, statements)),
    },
  };
};
