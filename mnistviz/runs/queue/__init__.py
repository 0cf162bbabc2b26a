"""Who trains and who waits, of all homes of a room.

room           which homes share the slots
tickets        the runs at work and waiting, one small file each
order          who is next
slots          the places of the runs that train at once
finished_log   what the last runs took
machine_speed  how fast this computer trains, before a run was measured
expected_time  when a waiting run starts and is done
waiting_text   what a waiting run waits for, in sentences
"""
