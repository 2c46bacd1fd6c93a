package dev.distillery.trainer.publish.s3;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects in one bucket, whole in memory. Each comes with its SHA-256, which the store checks. */
final class S3Bucket implements AutoCloseable {
    /** Larger objects go in parts, so that a cut connection costs one part; S3 takes no part below 5 MiB. */
    static final int PART_BYTES = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(S3Bucket.class);
    private static final String NO_REASON = "without a reason";
    private static final String SIZE_LIMIT = "the store, or a proxy before it, limits the size of uploads";
    /** To a conditional write, while another write of the object is under way. */
    static final int CONFLICT = 409;

    private static final int PRECONDITION_FAILED = 412;
    private static final int TOO_LARGE = 413;
    private static final int INTERNAL_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;

    private final S3Client client;
    private final String name;

    S3Bucket(S3Client client, String name) {
        this.client = client;
        this.name = name;
    }

    static S3Bucket open(Publish.Destination destination, Credentials credentials, Patience patience) {
        String bucket = destination.uri().substring("s3://".length()).replaceAll("/.*", "");
        return new S3Bucket(S3Connection.open(destination, credentials, patience), bucket);
    }

    /** @param eTag names this content of the object */
    record Stored(byte[] content, String eTag) {}

    Optional<Stored> find(String key) {
        return call("read", key, () -> {
            try {
                var got =
                        client.getObjectAsBytes(request -> request.bucket(name).key(key));
                return Optional.of(
                        new Stored(got.asByteArrayUnsafe(), got.response().eTag()));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    Optional<byte[]> get(String key) {
        return find(key).map(Stored::content);
    }

    boolean holds(String key, byte[] content) {
        return get(key).filter(there -> Arrays.equals(there, content)).isPresent();
    }

    void put(String key, byte[] content) {
        if (content.length > PART_BYTES) {
            try (Upload upload = upload(key, content)) {
                upload.complete();
            }
        } else {
            call("written", key, () -> putWhole(key, content, put -> {}));
        }
    }

    /** Brings an object that nobody sees yet. */
    Upload upload(String key, byte[] content) {
        return call("written", key, () -> new Upload(key, content));
    }

    /**
     * Writes an object unless somebody else did; who did shows only what lies there then. A lost answer makes our own first
     * request somebody else's, and a store that knows no conditional writes replaces whatever is there.
     *
     * @param seen what was there when we looked; null for nothing
     */
    void putIfStill(Stored seen, String key, byte[] content) {
        call("written", key, () -> {
            try {
                return putWhole(key, content, put -> put.ifNoneMatch(seen == null ? "*" : null)
                        .ifMatch(seen == null ? null : seen.eTag()));
            } catch (S3Exception e) {
                if (e.statusCode() == PRECONDITION_FAILED) {
                    return false;
                }
                if (e.statusCode() == NOT_IMPLEMENTED) {
                    return putWhole(key, content, put -> {});
                }
                throw e;
            }
        });
    }

    /** @return names of what looks like folders directly below the prefix */
    List<String> folders(String prefix) {
        return call(
                "listed", prefix, () -> client
                        .listObjectsV2Paginator(
                                request -> request.bucket(name).prefix(prefix).delimiter("/"))
                        .commonPrefixes()
                        .stream()
                        .map(common ->
                                common.prefix().substring(prefix.length()).replace("/", ""))
                        .toList());
    }

    /** @return names of all objects below the prefix, without it */
    List<String> below(String prefix) {
        return call(
                "listed",
                prefix,
                () -> client
                        .listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix))
                        .contents()
                        .stream()
                        .map(object -> object.key().substring(prefix.length()))
                        .toList());
    }

    String uri(String key) {
        return "s3://" + name + "/" + key.replaceAll("/$", "");
    }

    private boolean putWhole(String key, byte[] content, Consumer<PutObjectRequest.Builder> condition) {
        PutObjectRequest.Builder put =
                PutObjectRequest.builder().bucket(name).key(key).checksumSHA256(checksum(content));
        condition.accept(put);
        client.putObject(put.build(), RequestBody.fromBytes(content));
        return true;
    }

    /** An object whose parts are all there, but that nobody sees before it is completed. */
    final class Upload implements AutoCloseable {
        private final String key;
        private final byte[] content;
        private final String id;
        private final List<CompletedPart> parts = new ArrayList<>();
        private boolean open = true;

        private Upload(String key, byte[] content) {
            this.key = key;
            this.content = content;
            this.id = client.createMultipartUpload(
                            request -> request.bucket(name).key(key).checksumAlgorithm(ChecksumAlgorithm.SHA256))
                    .uploadId();
            try {
                for (int from = 0; from < content.length; from += PART_BYTES) {
                    bring(Arrays.copyOfRange(content, from, Math.min(content.length, from + PART_BYTES)));
                }
            } catch (SdkException e) {
                close();
                throw e;
            }
        }

        private void bring(byte[] part) {
            int number = parts.size() + 1;
            String checksum = checksum(part);
            String tag = client.uploadPart(
                            request -> request.bucket(name)
                                    .key(key)
                                    .uploadId(id)
                                    .partNumber(number)
                                    .checksumSHA256(checksum),
                            RequestBody.fromBytes(part))
                    .eTag();
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(tag)
                    .checksumSHA256(checksum)
                    .build());
        }

        /** Sent again after a lost answer, the request finds no upload any more, but the object. */
        void complete() {
            try {
                call(
                        "written",
                        key,
                        () -> client.completeMultipartUpload(request -> request.bucket(name)
                                .key(key)
                                .uploadId(id)
                                .multipartUpload(whole -> whole.parts(parts))));
            } catch (TrainerException e) {
                if (!holds(key, content)) {
                    throw e;
                }
            }
            open = false;
        }

        /** Parts that nobody completes cost money until somebody finds them. */
        @Override
        public void close() {
            if (open) {
                try {
                    client.abortMultipartUpload(
                            request -> request.bucket(name).key(key).uploadId(id));
                } catch (SdkException e) {
                    LOG.warn("{}: parts of an upload stay, which nobody will complete: {}", uri(key), e.getMessage());
                }
            }
        }
    }

    private <T> T call(String what, String key, Supplier<T> request) {
        try {
            return request.get();
        } catch (S3Exception e) {
            throw failure(isRefusal(e), what, key, e.statusCode() + " " + reason(e), advice(e), e);
        } catch (AwsServiceException e) {
            // Not S3's: of the service that exchanges a pod's token for keys.
            throw withoutCredentials(e.statusCode() < INTERNAL_ERROR, what, key, e.getMessage(), e);
        } catch (SdkClientException e) {
            // The SDK has one class for all that happens on this side; without credentials it sends nothing.
            if (!String.valueOf(e.getMessage()).contains("load credentials")) {
                throw failure(false, what, key, e.getMessage(), "check endpoint and network", e);
            }
            Throwable cause = e.getCause();
            String got = cause == null ? "variables, profile and node have none" : cause.getMessage();
            throw withoutCredentials(!(cause instanceof IOException), what, key, got, e);
        }
    }

    private TrainerException withoutCredentials(
            boolean refused, String what, String key, String got, SdkException cause) {
        String advice = "name a Secret in secretRef, or give the pod an identity that may write there";
        return failure(refused, what, key, "no credentials: " + got, advice, cause);
    }

    private TrainerException failure(
            boolean refused, String what, String key, String got, String advice, SdkException cause) {
        return new TrainerException(
                refused ? ExitCode.PUBLISH_FAILED : ExitCode.DESTINATION_UNAVAILABLE,
                uri(key) + ": cannot be " + what + ", got " + got + ", expected a bucket that takes it; " + advice,
                cause);
    }

    private static String reason(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? NO_REASON
                : e.awsErrorDetails().errorCode();
    }

    /** A 400 may also mean that the connection was too slow, or, without a code of S3's, that half a request came. */
    private static boolean isRefusal(S3Exception e) {
        return switch (e.statusCode()) {
            case 400 -> !List.of("RequestTimeout", NO_REASON).contains(reason(e));
            case 408, CONFLICT, 429 -> false;
            default -> e.statusCode() < INTERNAL_ERROR;
        };
    }

    private static String advice(S3Exception e) {
        return switch (e.statusCode()) {
            case 301, 307, 400 -> reason(e).equals("EntityTooLarge") ? SIZE_LIMIT : "check endpoint and region";
            case 401, 403 ->
                "check the credentials, and that they allow s3:GetObject, s3:PutObject and s3:ListBucket there";
            case 404 -> "make the bucket, or correct its name";
            case CONFLICT ->
                "others write or delete this object without a pause; see who, and that the store takes conditional writes;"
                        + " the next attempt publishes without training";
            case TOO_LARGE -> SIZE_LIMIT;
            default -> "the store says that this is its own trouble; the next attempt publishes without training";
        };
    }

    private static String checksum(byte[] content) {
        return Base64.getEncoder().encodeToString(Sha256.bytesOf(content));
    }

    @Override
    public void close() {
        client.close();
    }
}
