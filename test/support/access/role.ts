import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** Credentials of a function's role. The owner of a local cloud may take any role. */
export const roleOf = async (FunctionName: string) => {
  const { Role = '' } = await new LambdaClient({}).send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID, AWS_REGION } = process.env;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${AWS_ACCESS_KEY_ID}/${day}/${AWS_REGION}/sts/aws4_request`;
  const response = await fetch(AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: Role, RoleSessionName: 'tries' }),
  });
  const text = await response.text();
  const value = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(text)?.[1] ?? '';
  if (!response.ok || value('AccessKeyId') === '') throw new Error(`${Role} was not taken: ${response.status} ${text}`);
  return { accessKeyId: value('AccessKeyId'), secretAccessKey: value('SecretAccessKey'), sessionToken: value('SessionToken') };
};
