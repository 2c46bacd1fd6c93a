package dev.distillery.trainer.publish.s3;

import dev.distillery.recipe.Publish;
import dev.distillery.trainer.publish.Authority;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Patience;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How a store is spoken to. */
final class S3Connection {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private S3Connection() {}

    static S3Client open(Publish.Destination destination, Credentials credentials, Patience patience) {
        String endpoint = endpoint(destination);
        S3ClientBuilder builder = S3Client.builder()
                .region(region(destination))
                .credentialsProvider(identity(credentials))
                .httpClient(http(credentials, patience))
                // Checksums of our own choice go with each object. The SDK's would come as trailers, which not every
                // S3-compatible store reads.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(false)
                        .pathStyleAccessEnabled(endpoint != null)
                        .build())
                .overrideConfiguration(
                        override -> override.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(patience.attempts())
                                .retryOnException(e ->
                                        e instanceof S3Exception answer && answer.statusCode() == S3Bucket.CONFLICT)
                                .backoffStrategy(BackoffStrategy.exponentialDelay(
                                        patience.firstPause(), patience.pauseAfter(patience.attempts())))
                                .build()));
        if (endpoint == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(URI.create(endpoint));
        }
        return builder.build();
    }

    private static SdkHttpClient http(Credentials credentials, Patience patience) {
        UrlConnectionHttpClient.Builder http = UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_LIMIT)
                .socketTimeout(patience.silence());
        Authority.of(credentials, "AWS_CA_BUNDLE")
                .map(Authority::trustManagers)
                .ifPresent(trust -> http.tlsTrustManagersProvider(() -> trust));
        return http.build();
    }

    /** The variables are AWS's own; the SDK reads them too, but would not address buckets by path then. */
    private static String endpoint(Publish.Destination destination) {
        return Stream.of(
                        destination.endpoint(), System.getenv("AWS_ENDPOINT_URL_S3"), System.getenv("AWS_ENDPOINT_URL"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static AwsCredentialsProvider identity(Credentials credentials) {
        if (!credentials.named() || credentials.holdsOnly(Authority.KEY)) {
            return ownIdentity();
        }
        String id = credentials.require("AWS_ACCESS_KEY_ID");
        String secret = credentials.require("AWS_SECRET_ACCESS_KEY");
        Optional<String> token = credentials.find("AWS_SESSION_TOKEN");
        AwsCredentials fixed = token.isPresent()
                ? AwsSessionCredentials.create(id, secret, token.get())
                : AwsBasicCredentials.create(id, secret);
        return StaticCredentialsProvider.create(fixed);
    }

    /**
     * The SDK's default chain, except that an identity which the pod was given is used, or else the reason said: the
     * chain would go on to the node's, and in the end name six places where nothing is.
     */
    private static AwsCredentialsProvider ownIdentity() {
        boolean keys = isSet(SdkSystemSetting.AWS_ACCESS_KEY_ID);
        if (!keys && isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
            return WebIdentityTokenFileCredentialsProvider.create();
        }
        if (!keys && isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
            return ContainerCredentialsProvider.create();
        }
        return DefaultCredentialsProvider.builder().build();
    }

    private static boolean isSet(SdkSystemSetting setting) {
        return setting.getStringValue().isPresent();
    }

    private static Region region(Publish.Destination destination) {
        if (destination.region() != null) {
            return Region.of(destination.region());
        }
        if (endpoint(destination) != null) {
            return Region.US_EAST_1;
        }
        try {
            return new DefaultAwsRegionProviderChain().getRegion();
        } catch (SdkClientException e) {
            // Nobody says; the SDK finds a bucket's region from here.
            return Region.US_EAST_1;
        }
    }
}
