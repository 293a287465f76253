from ovos_cli.process_settings import set_up_process

# As the command does it, before torch is loaded: threads that spin while they wait make the suite
# many times slower where anything else runs beside it.
set_up_process()
