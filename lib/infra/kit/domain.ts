import { ApiMapping, DomainName, type HttpApi, type HttpStage, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { output } from './outputs.ts';
import type { Settings } from './stage.ts';

/** Gives the API a name of the team's own. */
export const named = (
  scope: Construct,
  { name, certificateArn, hostedZone }: NonNullable<Settings['domain']>,
  { http, stage }: Readonly<{ http: HttpApi; stage: HttpStage }>,
): void => {
  const domain = new DomainName(scope, 'Domain', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ApiMapping(scope, 'Mapping', { api: http, domainName: domain, stage });
  if (hostedZone)
    new ARecord(scope, 'Record', {
      zone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: hostedZone.id, zoneName: hostedZone.name }),
      recordName: name,
      target: RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(domain.regionalDomainName, domain.regionalHostedZoneId)),
    });
  output(scope, 'ApiDomainTarget', domain.regionalDomainName);
};
