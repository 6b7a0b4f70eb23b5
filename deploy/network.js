// The VPC's ways to AWS: an endpoint of each service that a function may call, and none to anybody else.
"use strict";

const GATEWAYS = ["dynamodb", "s3"]; // which cost nothing
const INTERFACES = {
  // how actions begin, and the endpoint's name
  athena: "athena",
  bedrock: "bedrock-runtime",
  glue: "glue",
  secretsmanager: "secretsmanager",
  sns: "sns",
  sqs: "sqs",
  ssm: "ssm",
  states: "states",
};
const CALLED_BY_AWS = ["kms"]; // not from within the VPC

const id = (name) => name.replace(/(^|-)(\w)/g, (_all, _dash, letter) => letter.toUpperCase());

/** Refuse values of parameters with which a slice calls hosts outside of AWS: `outside` of its file lists them. */
module.exports.refuseOutside = async (resolve, files) => {
  if ((await resolve("param:network")) !== "vpc") return;
  for (const [slice, { outside = {} }] of Object.entries(files)) {
    for (const [parameter, values] of Object.entries(outside)) {
      const value = await resolve(`param:${parameter}`);
      if (values.includes(value)) {
        throw new Error(`network=vpc excludes ${parameter}=${value} (${slice}): no host outside of AWS can be reached.`);
      }
    }
  }
};

/** Make the endpoints of the services that are called, by the statements that allow to. */
module.exports.endpoints = async (resolve, statements) => {
  if ((await resolve("param:network")) !== "vpc") return {};
  const read = (key) => resolve(`file(deploy/network.yml):vpc.${key}`);
  const called = new Set(statements.flatMap(({ Action }) => [Action].flat()).map((action) => action.split(":")[0]));
  const made = {};
  for (const service of called) {
    const name = INTERFACES[service];
    if (GATEWAYS.includes(service)) Object.assign(made, await read(`gateways.${service}`));
    else if (name) {
      const properties = { ServiceName: { "Fn::Sub": `com.amazonaws.\${AWS::Region}.${name}` } };
      Object.assign(made, await read("group"));
      made[`${id(name)}Endpoint`] = {
        Type: "AWS::EC2::VPCEndpoint",
        Properties: { ...properties, ...(await read("interface")) },
      };
    } else if (!CALLED_BY_AWS.includes(service)) {
      throw new Error(`network=vpc: no endpoint of ${service} is known, and a slice calls it.`);
    }
  }
  return made;
};
