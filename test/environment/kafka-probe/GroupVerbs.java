// Consumer groups of both protocols: real members, listings, descriptions and commits.

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

final class GroupVerbs {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Admin admin;
    private final Map<String, Object> client;
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private final Map<String, KafkaShareConsumer<byte[], byte[]>> shareConsumers = new ConcurrentHashMap<>();
    private final AtomicInteger lastMember = new AtomicInteger();

    GroupVerbs(Admin admin, Map<String, Object> client) {
        this.admin = admin;
        this.client = client;
    }

    void register(Map<String, Probe.Verb> verbs) {
        verbs.put("startConsumer", this::startConsumer);
        verbs.put("describeConsumer", arguments -> member(arguments).describe());
        verbs.put("stopConsumer", this::stopConsumer);
        verbs.put("startShareConsumer", this::startShareConsumer);
        verbs.put("stopShareConsumer", this::stopShareConsumer);
        verbs.put("listGroups", this::listGroups);
        verbs.put("describeGroup", this::describeGroup);
        verbs.put("deleteGroup", this::deleteGroup);
        verbs.put("committedOffsets", this::committedOffsets);
        verbs.put("commitOffsets", this::commitOffsets);
        verbs.put("deleteOffsets", this::deleteOffsets);
    }

    /** Resolves when the group has assigned partitions, or none, to the new member. */
    private Object startConsumer(JsonNode arguments) throws Exception {
        var config = arguments.hasNonNull("propertiesFile")
            ? Probe.load(arguments.get("propertiesFile").asText())
            : consumerConfig(arguments);
        arguments.path("properties").fields().forEachRemaining(field -> config.put(field.getKey(), field.getValue().asText()));
        var topics = new ArrayList<String>();
        arguments.get("topics").forEach(topic -> topics.add(topic.asText()));
        var consumerId = "consumer-" + lastMember.incrementAndGet();
        var member = new Member(config, topics, arguments.path("commit").asBoolean(true));
        members.put(consumerId, member);
        member.awaitAssignment(arguments.path("timeoutMs").asLong(30_000));
        return Map.of("consumerId", consumerId);
    }

    private Map<String, Object> consumerConfig(JsonNode arguments) {
        var config = new HashMap<>(client);
        config.put("group.id", arguments.get("groupId").asText());
        config.put("group.protocol", arguments.get("protocol").asText());
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        return config;
    }

    private Object stopConsumer(JsonNode arguments) throws Exception {
        member(arguments).stop();
        members.remove(arguments.get("consumerId").asText());
        return null;
    }

    /** Polls once on this thread, which joins the group; its heartbeats keep it there. */
    private Object startShareConsumer(JsonNode arguments) {
        var config = new HashMap<>(client);
        config.put("group.id", arguments.get("groupId").asText());
        var consumer = new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(arguments.get("topic").asText()));
        consumer.poll(POLL);
        var consumerId = "share-consumer-" + lastMember.incrementAndGet();
        shareConsumers.put(consumerId, consumer);
        return Map.of("consumerId", consumerId);
    }

    private Object stopShareConsumer(JsonNode arguments) {
        var consumerId = arguments.get("consumerId").asText();
        // The client belongs to one thread at a time, whichever.
        shareConsumers.remove(consumerId).close();
        return null;
    }

    private Member member(JsonNode arguments) {
        var member = members.get(arguments.get("consumerId").asText());
        if (member == null) throw new IllegalArgumentException("No consumer \"" + arguments.get("consumerId").asText() + "\"");
        return member;
    }

    private Object listGroups(JsonNode arguments) throws Exception {
        return admin.listGroups().all().get().stream().map(group -> {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("groupId", group.groupId());
            fields.put("type", group.type().map(Object::toString).orElse(null));
            fields.put("protocol", group.protocol());
            fields.put("state", group.groupState().map(Object::toString).orElse(null));
            return fields;
        }).sorted((a, b) -> a.get("groupId").toString().compareTo(b.get("groupId").toString())).toList();
    }

    private Object describeGroup(JsonNode arguments) throws Exception {
        var groupId = arguments.get("groupId").asText();
        var group = admin.describeConsumerGroups(List.of(groupId)).describedGroups().get(groupId).get();
        var groupMembers = group.members().stream().map(member -> Map.of(
            "memberId", member.consumerId(),
            "clientId", member.clientId(),
            "assignment", names(member.assignment().topicPartitions()))).toList();
        return Map.of(
            "groupId", groupId,
            "type", group.type().toString(),
            "state", group.groupState().toString(),
            "coordinator", group.coordinator().id(),
            "members", groupMembers);
    }

    private Object deleteGroup(JsonNode arguments) throws Exception {
        admin.deleteConsumerGroups(List.of(arguments.get("groupId").asText())).all().get();
        return null;
    }

    private Object committedOffsets(JsonNode arguments) throws Exception {
        var groupId = arguments.get("groupId").asText();
        var committed = admin.listConsumerGroupOffsets(groupId).partitionsToOffsetAndMetadata().get();
        return committed.entrySet().stream()
            .filter(entry -> entry.getValue() != null)
            .sorted(Comparator.comparing((Map.Entry<TopicPartition, ?> entry) -> entry.getKey().topic())
                .thenComparing(entry -> entry.getKey().partition()))
            .map(entry -> {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("topic", entry.getKey().topic());
                fields.put("partition", entry.getKey().partition());
                fields.put("offset", entry.getValue().offset());
                fields.put("metadata", entry.getValue().metadata());
                return fields;
            })
            .toList();
    }

    /** As an administrator commits: only for a group without members. */
    private Object commitOffsets(JsonNode arguments) throws Exception {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var offset : arguments.get("offsets")) {
            offsets.put(partition(offset), new OffsetAndMetadata(offset.get("offset").asLong()));
        }
        admin.alterConsumerGroupOffsets(arguments.get("groupId").asText(), offsets).all().get();
        return null;
    }

    private Object deleteOffsets(JsonNode arguments) throws Exception {
        var partitions = new ArrayList<TopicPartition>();
        arguments.get("partitions").forEach(partition -> partitions.add(partition(partition)));
        admin.deleteConsumerGroupOffsets(arguments.get("groupId").asText(), Set.copyOf(partitions)).all().get();
        return null;
    }

    private static TopicPartition partition(JsonNode fields) {
        return new TopicPartition(fields.get("topic").asText(), fields.get("partition").asInt());
    }

    private static Set<String> names(Collection<TopicPartition> partitions) {
        var names = new TreeSet<String>();
        partitions.forEach(partition -> names.add(partition.toString()));
        return names;
    }

    /** A consumer with its own thread: polls, and commits after each batch unless told not to. */
    private static final class Member implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final boolean commits;
        private final CountDownLatch assigned = new CountDownLatch(1);
        private final AtomicLong received = new AtomicLong();
        private final Set<TopicPartition> assignment = ConcurrentHashMap.newKeySet();
        private final Thread thread;
        private volatile boolean stopping;
        private volatile Throwable failure;

        Member(Map<String, Object> config, List<String> topics, boolean commits) {
            this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            this.commits = commits;
            consumer.subscribe(topics, this);
            this.thread = new Thread(this::run, "member");
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try (consumer) {
                while (!stopping) {
                    var records = consumer.poll(POLL);
                    received.addAndGet(records.count());
                    if (commits && !records.isEmpty()) consumer.commitSync();
                }
            } catch (Throwable thrown) {
                failure = thrown;
                assigned.countDown();
            }
        }

        void awaitAssignment(long timeoutMs) throws Exception {
            var inTime = assigned.await(timeoutMs, TimeUnit.MILLISECONDS);
            if (failure != null) throw new IllegalStateException("The consumer failed: " + failure, failure);
            if (!inTime) throw new IllegalStateException("The consumer was assigned nothing in " + timeoutMs + " ms");
        }

        Object describe() {
            if (failure != null) throw new IllegalStateException("The consumer failed: " + failure, failure);
            return Map.of("assignment", names(assignment), "received", received.get());
        }

        /** After the poll under way and its commit. */
        void stop() throws Exception {
            stopping = true;
            thread.join();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignment.addAll(partitions);
            assigned.countDown();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            assignment.removeAll(partitions);
        }
    }
}
