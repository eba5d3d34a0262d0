import { expect, test } from 'vitest';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { deployed } from '../support/deployed.ts';

const domain = {
  name: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
};
const urlOf = ({ template }: ReturnType<typeof deployed>) => template.toJSON().Outputs.ApiUrl.Value;

test('the API has a name of its own if the setting gives one: with its certificate, mapped to the stage, and told as ApiUrl', () => {
  const { template } = deployed('dev', { domain });
  template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
    DomainName: domain.name,
    DomainNameConfigurations: [{ CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
  });
  template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
  template.resourceCountIs('AWS::Route53::RecordSet', 0);
  expect(urlOf(deployed('dev', { domain }))).toBe('https://api.example.com/');
  expect(template.toJSON().Outputs.ApiDomainTarget).toBeDefined();
  deployed().template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
});

test("with a hosted zone the name's record is made", () => {
  const { template } = deployed('dev', { domain: { ...domain, hostedZone: { id: 'Z0123456789ABC', name: 'example.com' } } });
  template.hasResourceProperties('AWS::Route53::RecordSet', {
    Name: 'api.example.com.',
    Type: 'A',
    HostedZoneId: 'Z0123456789ABC',
  });
});

test('a wrong name or certificate is refused, with what to write', () => {
  expect(() => settingsFor('dev', { domain: { ...domain, name: 'https://api.example.com' } })).toThrow(
    'a name such as api.example.com',
  );
  expect(() => settingsFor('dev', { domain: { ...domain, certificateArn: 'arn:aws:iam::1:x' } })).toThrow(
    'the ARN of a certificate',
  );
});
