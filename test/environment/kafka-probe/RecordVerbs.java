// Records and offsets: produce, read, list and delete. No consumer group is involved.

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

final class RecordVerbs {
    private final Admin admin;
    private final Map<String, Object> client;

    RecordVerbs(Admin admin, Map<String, Object> client) {
        this.admin = admin;
        this.client = client;
    }

    void register(Map<String, Probe.Verb> verbs) {
        verbs.put("produce", this::produce);
        verbs.put("consume", this::consume);
        verbs.put("listOffsets", this::listOffsets);
        verbs.put("deleteRecords", this::deleteRecords);
    }

    /**
     * All records, {@code repeat} times over; returns when all are acknowledged. With {@code transactionalId} they are one
     * committed transaction.
     */
    private Object produce(JsonNode arguments) throws Exception {
        var config = arguments.hasNonNull("propertiesFile")
            ? Probe.load(arguments.get("propertiesFile").asText())
            : producerConfig(arguments);
        var topic = arguments.get("topic").asText();
        var repeat = arguments.path("repeat").asInt(1);
        var isTransaction = arguments.hasNonNull("transactionalId");
        if (isTransaction) config.put("transactional.id", arguments.get("transactionalId").asText());
        var failure = new AtomicReference<Exception>();
        var count = 0;
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            if (isTransaction) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            for (var round = 0; round < repeat; round++) {
                for (var record : arguments.get("records")) {
                    producer.send(record(topic, record), (metadata, thrown) -> failure.compareAndSet(null, thrown));
                    count++;
                }
            }
            producer.flush();
            if (isTransaction) producer.commitTransaction();
        }
        if (failure.get() != null) throw failure.get();
        return Map.of("count", count);
    }

    private Map<String, Object> producerConfig(JsonNode arguments) {
        var config = new HashMap<>(client);
        config.put("acks", "all");
        config.put("compression.type", arguments.path("compression").asText("none"));
        return config;
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, JsonNode record) {
        var headers = new ArrayList<Header>();
        record.path("headers").fields().forEachRemaining(header ->
            headers.add(new RecordHeader(header.getKey(), bytes(header.getValue()))));
        return new ProducerRecord<>(
            topic,
            record.hasNonNull("partition") ? record.get("partition").asInt() : null,
            record.hasNonNull("timestamp") ? record.get("timestamp").asLong() : null,
            bytes(record.get("key")),
            bytes(record.get("value")),
            headers);
    }

    /** Everything between the start and the end of the log at the time of the call, partition by partition. */
    private Object consume(JsonNode arguments) throws Exception {
        var config = new HashMap<>(client);
        config.put("enable.auto.commit", "false");
        // Closing waits for the fetch ahead, which would wait for records that never come.
        config.put("fetch.max.wait.ms", "20");
        config.put("isolation.level", arguments.path("isolationLevel").asText("read_uncommitted"));
        var records = new ArrayList<Object>();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = partitions(arguments.get("topic").asText());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> records.add(fields(record)));
            }
        }
        return records;
    }

    private static Object fields(ConsumerRecord<byte[], byte[]> record) {
        var headers = new LinkedHashMap<String, Object>();
        record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("partition", record.partition());
        fields.put("offset", record.offset());
        fields.put("timestamp", record.timestamp());
        fields.put("key", text(record.key()));
        fields.put("value", text(record.value()));
        fields.put("headers", headers);
        return fields;
    }

    private Object listOffsets(JsonNode arguments) throws Exception {
        var at = arguments.get("at");
        var spec = at.isNumber() ? OffsetSpec.forTimestamp(at.asLong()) : switch (at.asText()) {
            case "earliest" -> OffsetSpec.earliest();
            case "latest" -> OffsetSpec.latest();
            case "maxTimestamp" -> OffsetSpec.maxTimestamp();
            default -> throw new IllegalArgumentException("No offset spec \"" + at.asText() + "\"");
        };
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        for (var partition : partitions(arguments.get("topic").asText())) wanted.put(partition, spec);
        var found = admin.listOffsets(wanted).all().get();
        return found.entrySet().stream()
            .map(entry -> Map.of(
                "partition", entry.getKey().partition(),
                "offset", entry.getValue().offset(),
                "timestamp", entry.getValue().timestamp()))
            .sorted((a, b) -> Long.compare(a.get("partition").longValue(), b.get("partition").longValue()))
            .toList();
    }

    private Object deleteRecords(JsonNode arguments) throws Exception {
        var partition = new TopicPartition(arguments.get("topic").asText(), arguments.get("partition").asInt());
        var before = RecordsToDelete.beforeOffset(arguments.get("before").asLong());
        var result = admin.deleteRecords(Map.of(partition, before)).lowWatermarks().get(partition).get();
        return Map.of("logStart", result.lowWatermark());
    }

    private List<TopicPartition> partitions(String topic) throws Exception {
        var description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        return description.partitions().stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    }

    private static byte[] bytes(JsonNode text) {
        return text == null || text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
