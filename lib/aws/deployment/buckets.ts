import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

/** A bucket is named in the path, since on a local cloud its name is no host. */
export const s3 = (): S3Client => new S3Client({ forcePathStyle: true });

/** Empties a bucket, a page of a thousand at a time; throws if an object cannot be removed. */
export const emptyBucket = async (client: S3Client, bucket: string): Promise<void> => {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } }),
    );
    if (Errors.length > 0)
      throw new Error(
        `${Errors.length} objects of the bucket ${bucket} could not be removed, the first because: ${Errors[0]?.Message}`,
      );
  }
};
