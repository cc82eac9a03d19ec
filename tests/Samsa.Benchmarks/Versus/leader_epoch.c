/* Confluent.Kafka asks for the leader epoch of each message since 2.1; Debian's librdkafka 2.0 does not know the function.
   This little library stands before it, answers "unknown", and leaves everything else to it. */
#include <stdint.h>

int32_t rd_kafka_message_leader_epoch(const void *message)
{
    (void)message;
    return -1;
}
